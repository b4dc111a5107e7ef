/** A pipe that changes hands while it stays open: from the one who read a stranger to the link of an adopted charger. */
import type { FramePipe, PipeHandlers } from '#world.ts';

export type Handover = {
  /** The pipe as its first owner has it. */
  readonly first: FramePipe;
  /** Takes it from the first owner, whose words reach nobody from now on; what comes goes to whoever opens it next. */
  next(): FramePipe;
};

export function handoverOf(pipe: FramePipe): Handover {
  let owner: PipeHandlers | null = null;
  let isPassedOn = false;
  const { remoteAddress } = pipe;
  const ofFirst = (act: () => void): void => {
    if (!isPassedOn) act();
  };
  return {
    first: {
      remoteAddress,
      open(handlers) {
        owner = handlers;
        pipe.open({
          text: frame => owner?.text(frame),
          pong: () => owner?.pong(),
          closed: (code, reason) => owner?.closed(code, reason),
        });
      },
      send: text => !isPassedOn && pipe.send(text),
      ping: () => ofFirst(() => pipe.ping()),
      close: (code, reason) => ofFirst(() => pipe.close(code, reason)),
      terminate: () => ofFirst(() => pipe.terminate()),
    },
    next() {
      isPassedOn = true;
      owner = null;
      return {
        remoteAddress,
        open(handlers) {
          owner = handlers;
        },
        send: text => pipe.send(text),
        ping: () => pipe.ping(),
        close: (code, reason) => pipe.close(code, reason),
        terminate: () => pipe.terminate(),
      };
    },
  };
}
