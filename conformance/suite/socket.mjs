// One WebSocket connection and everything that came in.
import WebSocket from 'ws';

import { eventually } from './checks.mjs';

export async function openSocket(url) {
  const socket = new WebSocket(url);
  const frames = [];  // raw texts
  const state = { closed: false };
  socket.on('message', (data) => frames.push(data.toString()));
  socket.on('close', () => { state.closed = true; });
  socket.on('error', () => { state.closed = true; });
  await eventually(`${url} opens`, () => socket.readyState === WebSocket.OPEN || state.closed, 10_000);
  // Arrays of events and single ones, in order; PONG and other words left out.
  const events = () => frames.filter((text) => /^[[{]/.test(text)).flatMap((text) => JSON.parse(text));
  return {
    frames,
    state,
    events,
    send: (value) => socket.send(typeof value === 'string' ? value : JSON.stringify(value)),
    waitFor: (what, test) => eventually(what, () => events().find(test)),
    close: () => socket.close(),
  };
}
