/** What the demo tells the person at the terminal. */
import { networkInterfaces } from 'node:os';
import type { GatewayPorts } from './demo-gateway.ts';
import { EMPTY_FUSE_A, EMPTY_PLACES } from './demo-site.ts';

export type Scene = {
  readonly siteName: string;
  readonly bays: number;
  /** What the whole site may draw by contract, W. */
  readonly contractW: number;
  /** Id of the circuit at the top. */
  readonly root: string;
  readonly ports: GatewayPorts;
  readonly pid: number;
  /** Writes need it; null where this machine writes without. */
  readonly token: string | null;
  readonly lan: boolean;
  /** No trouble begins by itself. */
  readonly calm: boolean;
  /** Modbus TCP port of the simulated meter. */
  readonly meterPort: number | null;
};

/** The first words once the gateway answers. */
export function demoWelcome(scene: Scene): string {
  const here = `http://127.0.0.1:${scene.ports.web}`;
  return `
${scene.siteName}: ${scene.bays} bays${contractWords(scene)}. The gateway is the real one; the cars, the
chargers, the meter, the back office and the building around it are simulated. Cars are coming in now.

  Dashboard   ${here}/
${lanLines(scene)}
Four things to try
  1. Press "Make trouble" on the dashboard: switch on a large load, silence the meter, let a charger lie,
     cut the back office, pull a cable, kill Busbar. Each has a stopwatch and ends in one measured sentence,
     there and here.${scene.calm ? '' : ' One begins by itself in a moment.'}
  2. Allow the garage 30 kW with the slider "Cap by hand", or from here, and watch every bay give way:
       curl -X PUT ${here}/api/v1/limits/cap${bearer(scene)} \\
            -H 'content-type: application/json' -d '[{"circuit": "${scene.root}", "limitW": 30000}]'
       curl -X DELETE ${here}/api/v1/limits/cap${bearer(scene)}
  3. Kill the gateway yourself: kill -9 ${scene.pid}
     The cars go on at the limits their chargers hold; it is back within seconds and takes over.
  4. ${phoneLine(scene)}

Why has a bay 11 A? The sentence on its card says it; "reason" in curl -s ${here}/api/v1/site names the
limit and the phase; src/site/reasons.ts is the rule.

What really flows can be asked of the simulated meter at any time:
       npm run --silent busbar -- meter read --profile eastron-sdm630 --tcp 127.0.0.1:${scene.meterPort} --unit 1

Ctrl-C ends everything.
`;
}

const contractWords = ({ contractW }: Scene): string =>
  contractW === 0 ? '' : ` under a contract of ${contractW / 1000} kW`;

/** The first words of a gateway without simulated chargers. */
export function emptyWelcome(scene: Scene, password: string): string {
  const addresses = scene.lan ? lanAddresses() : [];
  const host = addresses[0] ?? '127.0.0.1';
  const reach = scene.lan
    ? ''
    : `
  So far only this machine can reach it; npm start -- --empty --lan opens it to your network.
`;
  return `
An empty gateway: a charger fuse of ${EMPTY_FUSE_A} A for cars alone, and four places. Nothing is simulated.

  Dashboard   http://127.0.0.1:${scene.ports.web}/
${lanLines(scene)}
Point a charger that speaks OCPP 1.6 JSON here:
  Backend     ws://${host}:${scene.ports.chargers}/ocpp/${EMPTY_PLACES[0]}
  Identity    ${EMPTY_PLACES[0]} (also ${EMPTY_PLACES.slice(1).join(', ')}; some chargers add it to the address themselves)
  Password    ${password}   (basic authentication, the identity is the user)
${reach}
A charger that knocks under another name or password is listed on the page with the reason.

Ctrl-C ends everything.
`;
}

const bearer = (scene: Scene): string => (scene.token === null ? '' : ` -H 'authorization: Bearer ${scene.token}'`);

function lanLines(scene: Scene): string {
  if (!scene.lan) return '';
  const seen = lanAddresses().map(address => `  From others http://${address}:${scene.ports.web}/\n`);
  return `${seen.join('')}  Token       ${scene.token}   (every write needs it)\n`;
}

function phoneLine(scene: Scene): string {
  const [address] = scene.lan ? lanAddresses() : [];
  if (!scene.lan) return 'See it on your phone: end this with Ctrl-C and run npm start -- --lan';
  return `See it on your phone: open http://${address ?? 'this machine'}:${scene.ports.web}/`;
}

/** IPv4 addresses by which others may reach this machine. */
function lanAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(entry => entry.family === 'IPv4' && !entry.internal)
    .map(entry => entry.address);
}
