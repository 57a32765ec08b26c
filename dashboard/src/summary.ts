// The strip of headline figures, the mode badge and the halt banner.
import { byId, setClass, setText, setTitle } from './dom';
import * as format from './format';
import type { EngineState, Mode } from './state';

interface ModeText {
  badge: string;
  className: string;
  meaning: string;
  money: string;
}

const kModes: Record<Mode, ModeText> = {
  simulate: {
    badge: 'SIMULATED VENUE',
    className: 'badge simulate',
    meaning: 'Prices and counterparties are made by the built-in venue simulator. No account, no money.',
    money: 'simulated money',
  },
  paper: {
    badge: 'PAPER',
    className: 'badge paper',
    meaning: 'Real market data, fills estimated by a model. No order leaves this machine.',
    money: 'modelled fills',
  },
  'dry-run': {
    badge: 'DRY-RUN',
    className: 'badge dry',
    meaning: 'Real market data. Orders are built, signed and checked, and not sent.',
    money: 'nothing is sent',
  },
  live: {
    badge: 'LIVE',
    className: 'badge live-mode',
    meaning: 'Real orders with real money.',
    money: 'real money',
  },
};

// Messages per second over the last few seconds of page time.
class RateMeter {
  private readonly samples: { atMs: number; value: number }[] = [];
  perSecond(atMs: number, value: number): number | null {
    const newest = this.samples[this.samples.length - 1];
    if (newest !== undefined && value < newest.value) this.samples.length = 0;
    this.samples.push({ atMs, value });
    while (this.samples.length > 2 && atMs - (this.samples[0]?.atMs ?? atMs) > 5000) this.samples.shift();
    const oldest = this.samples[0];
    if (oldest === undefined || atMs - oldest.atMs < 500) return null;
    return ((value - oldest.value) * 1000) / (atMs - oldest.atMs);
  }
}

export class Summary {
  private readonly messageRate = new RateMeter();
  private shownMode: Mode | undefined;

  update(state: EngineState): void {
    const t = state.totals;
    this.showMode(state.mode);
    setText(byId('uptime'), format.clockDuration(Math.floor(state.uptime_ms / 1000)));
    setText(byId('clock'), `${format.timeOfDay(state.time_ms)} UTC`);
    setTitle(byId('clock'), `Engine clock ${new Date(state.time_ms).toISOString()}`);

    setText(byId('equity'), format.usd(t.equity_usd_micros));
    setText(byId('cash'), format.usd(t.cash_usd_micros));
    setText(byId('pnl'), format.usd(t.pnl_usd_micros, true));
    setClass(byId('pnl'), `figure ${format.tone(t.pnl_usd_micros)}`);
    setText(byId('fees'), format.usd(t.fees_usd_micros));
    this.showExposure(t.settled_exposure_usd_micros, t.pending_exposure_usd_micros);

    setText(byId('seen'), format.compact(t.opportunities_seen));
    setText(byId('taken'), format.compact(t.opportunities_taken));
    setText(byId('phantoms'), format.compact(t.phantoms_refused));
    setText(byId('orders-sent'), format.compact(t.orders));
    setText(byId('fills'), format.compact(t.fills));
    setText(byId('markets'), format.count(t.markets));
    const rate = this.messageRate.perSecond(performance.now(), t.messages);
    setText(byId('message-rate'), rate === null ? format.kUnknown : format.compact(rate));
    setText(byId('messages'), format.compact(t.messages));
    const broken = t.invariant_violations;
    setText(byId('invariants'), broken === 0 ? 'Hold' : `${format.count(broken)} broken`);
    setClass(byId('invariants'), `figure ${broken === 0 ? '' : 'down'}`.trim());
    this.showHalt(state);
  }

  private showMode(mode: Mode): void {
    if (this.shownMode === mode) return;
    this.shownMode = mode;
    const text = kModes[mode];
    const badge = byId('mode');
    badge.hidden = false;
    setText(badge, text.badge);
    setClass(badge, text.className);
    setTitle(badge, text.meaning);
    for (const note of document.querySelectorAll('.money-note')) setText(note, text.money);
    setText(byId('mode-note'), text.meaning);
    document.title = `${text.badge} · Underround`;
  }

  private showExposure(settled: number, pending: number): void {
    const total = settled + pending;
    setText(byId('exposure'), format.usd(total));
    setText(byId('exposure-pending'), format.usd(pending));
    byId('exposure-bar').style.setProperty('--fill', `${total > 0 ? (100 * settled) / total : 0}%`);
    byId('exposure-bar').classList.toggle('none', total <= 0);
  }

  private showHalt(state: EngineState): void {
    const active = state.halts.rows.filter((h) => h.active);
    const banner = byId('halt-banner');
    banner.hidden = active.length === 0;
    const text = active.map((h) => (h.note === '' ? h.reason : `${h.reason} (${h.note})`)).join('; ');
    if (active.length > 0) setText(byId('halt-text'), text);
    byId<HTMLButtonElement>('kill').classList.toggle('pulled', active.length > 0);
  }
}
