// The page's WebSocket: reconnects by itself, and treats silence as death (the server speaks four times a second).
import { backoffMs } from './backoff';
import type { Message } from './state';

const kSilenceMs = 6000;

export type LinkState = { kind: 'connecting' } | { kind: 'open' } | { kind: 'closed'; sinceMs: number; retryAtMs: number };

export interface LinkListener {
  onMessage(message: Message): void;
  onLink(state: LinkState): void;
}

export class Connection {
  private socket: WebSocket | undefined;
  private attempt = 0;
  private closedSinceMs = 0;
  private retryTimer: number | undefined;
  private silenceTimer: number | undefined;

  constructor(
    private readonly url: string,
    private readonly listener: LinkListener,
  ) {
    window.addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.retryNow();
    });
  }

  start(): void {
    this.listener.onLink({ kind: 'connecting' });
    this.open();
  }

  // Skips the wait; nothing happens while connected or connecting.
  retryNow(): void {
    if (this.retryTimer === undefined) return;
    window.clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.open();
  }

  private open(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.guardSilence(socket);
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.socket !== socket) return;
      this.guardSilence(socket);
      const message = JSON.parse(event.data) as Message;
      this.attempt = 0;
      this.closedSinceMs = 0;
      this.listener.onLink({ kind: 'open' });
      this.listener.onMessage(message);
    };
    socket.onclose = () => this.lost(socket);
    socket.onerror = () => this.lost(socket);
  }

  private guardSilence(socket: WebSocket): void {
    window.clearTimeout(this.silenceTimer);
    this.silenceTimer = window.setTimeout(() => {
      socket.close();
      this.lost(socket);
    }, kSilenceMs);
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    window.clearTimeout(this.silenceTimer);
    if (this.closedSinceMs === 0) this.closedSinceMs = Date.now();
    void this.checkLogin();
    const waitMs = backoffMs(this.attempt, Math.random());
    this.attempt += 1;
    this.retryTimer = window.setTimeout(() => {
      this.retryTimer = undefined;
      this.open();
    }, waitMs);
    this.listener.onLink({ kind: 'closed', sinceMs: this.closedSinceMs, retryAtMs: Date.now() + waitMs });
  }

  // A refused WebSocket does not say why: ask whether the session has ended.
  private async checkLogin(): Promise<void> {
    const response = await fetch('/api/health').catch(() => undefined);
    if (response?.status === 401) location.assign('/login');
  }
}
