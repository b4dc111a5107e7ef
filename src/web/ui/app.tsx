import { Adoption } from './adoption.tsx';
import { BackOffice } from './back-office.tsx';
import { Cap } from './cap.tsx';
import { Chart } from './chart.tsx';
import { Circuits, MainCircuit } from './circuits.tsx';
import { Connectors } from './connectors.tsx';
import { AdoptionBanner, CommissioningBanner, Footer, Header, LostBanner } from './frame.tsx';
import { Limits, Refused } from './lists.tsx';
import { isLost, site } from './live.ts';
import { StatusHead } from './status-head.tsx';
import { TroubleDrawer } from './trouble-drawer.tsx';

/** The whole page. */
export function App() {
  const view = site.value;
  if (view === null) {
    return (
      <div class="page">
        <p class="waiting" role="status">
          {isLost.value ? 'The gateway does not answer. Trying again …' : 'Asking the gateway …'}
        </p>
      </div>
    );
  }
  return (
    <div class={isLost.value ? 'page lost' : 'page'}>
      <Header view={view} />
      <LostBanner />
      <CommissioningBanner view={view} />
      <AdoptionBanner view={view} />
      <main>
        <StatusHead view={view} />
        <h2 class="unseen">Main circuit</h2>
        <div class="desk">
          <MainCircuit view={view} />
          <Chart view={view} />
        </div>
        <Circuits view={view} />
        <Connectors view={view} />
        <Adoption view={view} />
        <div class="desk">
          <Limits view={view} />
          <Refused view={view} />
        </div>
        <div class="desk">
          <Cap view={view} />
          <BackOffice view={view} />
        </div>
      </main>
      <Footer view={view} />
      <TroubleDrawer view={view} />
    </div>
  );
}
