// The kill switch: asks once, sends, and says plainly whether the engine has it.
import { byId, setText } from './dom';

export class KillSwitch {
  private readonly dialog = byId<HTMLDialogElement>('kill-dialog');
  private readonly reason = byId<HTMLInputElement>('kill-reason');
  private readonly confirm = byId<HTMLButtonElement>('kill-confirm');
  private readonly outcome = byId('kill-outcome');

  constructor() {
    byId('kill').addEventListener('click', () => this.ask());
    byId('kill-cancel').addEventListener('click', () => this.dialog.close());
    byId('kill-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  private ask(): void {
    setText(this.outcome, '');
    this.outcome.className = '';
    this.confirm.disabled = false;
    this.dialog.showModal();
    this.reason.select();
  }

  private async send(): Promise<void> {
    this.confirm.disabled = true;
    setText(this.outcome, 'Sending …');
    const failure = await this.post(this.reason.value.trim() || 'stopped from the page');
    if (failure === undefined) {
      this.dialog.close();
      return;
    }
    setText(this.outcome, `Not stopped: ${failure}. Stop the engine in its terminal (Ctrl-C).`);
    this.outcome.className = 'bad';
    this.confirm.disabled = false;
  }

  // undefined = the engine's queue has it; the halt itself then appears under Halts.
  private async post(reason: string): Promise<string | undefined> {
    const abort = new AbortController();
    const timer = window.setTimeout(() => abort.abort(), 4000);
    try {
      const response = await fetch('/api/kill', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Underround': '1' },
        body: JSON.stringify({ reason }),
        signal: abort.signal,
      });
      if (response.ok) return undefined;
      const body = (await response.json().catch(() => ({}))) as { error?: string };
      return body.error ?? `the server answered ${response.status}`;
    } catch {
      return 'the server could not be reached';
    } finally {
      window.clearTimeout(timer);
    }
  }
}
