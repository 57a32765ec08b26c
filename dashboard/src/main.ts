// The page: one WebSocket in, panels out.
import { BooksPanel } from './books';
import { Chart, type ChartValue } from './chart';
import { Connection, type LinkState } from './connection';
import { byId, setClass, setText } from './dom';
import * as format from './format';
import { KillSwitch } from './kill';
import { Panels } from './panels';
import { Series } from './series';
import type { EngineCondition, Message } from './state';
import { Summary } from './summary';
import { applyTheme, bindTheme } from './theme';

class Page {
  private readonly series = new Series();
  private readonly chart = new Chart(byId<HTMLCanvasElement>('chart'), this.series, byId('chart-readout'));
  private readonly panels = new Panels();
  private readonly books = new BooksPanel();
  private readonly summary = new Summary();
  private readonly connection: Connection;
  private link: LinkState = { kind: 'connecting' };
  private engine: EngineCondition | undefined;
  private viewAgeMs = 0;

  constructor() {
    new KillSwitch();
    this.bindChart();
    bindTheme(byId('theme'), () => this.chart.redraw());
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.connection = new Connection(`${scheme}://${location.host}/ws`, {
      onMessage: (message) => this.receive(message),
      onLink: (link) => {
        this.link = link;
        this.showCondition();
      },
    });
    byId('retry').addEventListener('click', () => this.connection.retryNow());
    window.setInterval(() => this.showCondition(), 1000);
    this.connection.start();
  }

  private receive(message: Message): void {
    if (message.type === 'history') {
      this.series.replace(message.points.map(([timeMs, equity, pnl]) => ({ timeMs, equity, pnl })));
      this.chart.redraw();
      return;
    }
    this.engine = message.engine;
    if (message.engine !== 'starting') {
      this.viewAgeMs = message.view_age_ms;
      this.series.push({ timeMs: message.time_ms, equity: message.totals.equity_usd_micros, pnl: message.totals.pnl_usd_micros });
      this.summary.update(message);
      this.panels.update(message);
      this.books.update(message.books);
      this.chart.redraw();
    }
    this.showCondition();
  }

  // One place decides what the reader is told about how fresh the page is.
  private showCondition(): void {
    const body = document.body;
    const seen = this.engine !== undefined && this.engine !== 'starting';
    body.classList.toggle('loading', !seen);
    body.classList.toggle('stale', seen && (this.link.kind !== 'open' || this.engine === 'silent'));
    body.classList.toggle('unreachable', this.link.kind === 'closed');
    const banner = byId('link-banner');
    const status = byId('status');
    if (this.link.kind === 'closed') {
      const waitS = Math.max(0, Math.ceil((this.link.retryAtMs - Date.now()) / 1000));
      setClass(status, 'status bad');
      setText(byId('status-text'), 'Disconnected');
      banner.hidden = false;
      setText(byId('link-title'), seen ? 'Disconnected from the engine.' : 'Cannot reach the engine.');
      setText(
        byId('link-text'),
        `${seen ? `Figures below are from ${format.timeOfDay(this.link.sinceMs)} UTC and no longer move. ` : ''}` +
          (waitS > 0 ? `Trying again in ${waitS} s.` : 'Trying again …'),
      );
      setText(byId('loading-title'), 'The engine does not answer');
      setText(byId('loading-text'), 'It may be stopped or restarting. This page connects by itself as soon as it is back.');
    } else if (this.engine === 'silent') {
      setClass(status, 'status warn');
      setText(byId('status-text'), 'Engine silent');
      banner.hidden = false;
      setText(byId('link-title'), 'The engine is silent.');
      setText(byId('link-text'), `It has published nothing for ${format.age(this.viewAgeMs)}; the figures below are its last.`);
    } else if (this.link.kind === 'connecting' || !seen) {
      setClass(status, 'status wait');
      setText(byId('status-text'), this.engine === 'starting' ? 'Engine starting' : 'Connecting');
      banner.hidden = true;
      setText(byId('loading-title'), this.engine === 'starting' ? 'The engine is starting' : 'Connecting');
      setText(byId('loading-text'), this.engine === 'starting' ? 'Markets and books are being loaded. Figures appear with the first picture.' : 'Waiting for the first picture of the engine.');
    } else {
      setClass(status, 'status good');
      setText(byId('status-text'), 'Connected');
      banner.hidden = true;
    }
    byId('retry').hidden = this.link.kind !== 'closed';
  }

  private bindChart(): void {
    for (const input of document.querySelectorAll<HTMLInputElement>('input[name=chart-value]')) {
      input.addEventListener('change', () => {
        this.chart.value = input.value as ChartValue;
        this.chart.redraw();
      });
    }
    for (const input of document.querySelectorAll<HTMLInputElement>('input[name=chart-window]')) {
      input.addEventListener('change', () => {
        this.chart.windowMs = Number(input.value) * 1000;
        this.chart.redraw();
      });
    }
  }
}

applyTheme();
document.addEventListener('DOMContentLoaded', () => new Page());
