/**
 * Loaded into the demo's gateway beside `main.ts`: when the demo that started it is gone, however it
 * went, the gateway ends too. The channel between them says nothing else, and holds no process open.
 */
import process from 'node:process';

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
