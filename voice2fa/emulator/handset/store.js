// Holds what the emulator told us: the calls and their exchanges. Views read it and draw.

export class Store {
  constructor() {
    this.calls = new Map();
    this.exchanges = new Map();
    this.listeners = [];
    this.isScheduled = false;
  }

  /** Calls back after each round of changes. A microtask, not a frame: a page in the background must ring too. */
  subscribe(listener) {
    this.listeners.push(listener);
  }

  change() {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      for (const listener of this.listeners) listener();
    });
  }

  /** Replaces everything: on connecting the emulator says what is. */
  replace(calls) {
    this.clear();
    for (const call of calls) this.put(call);
  }

  /** Takes a call, with or without its exchanges. */
  put({ exchanges, ...call }) {
    this.calls.set(call.callId, call);
    for (const exchange of exchanges ?? []) this.putExchange(call.callId, exchange);
    this.change();
  }

  /** Takes one exchange; it may overtake the call that it belongs to. */
  putExchange(callId, exchange) {
    if (!this.exchanges.has(callId)) this.exchanges.set(callId, new Map());
    this.exchanges.get(callId).set(exchange.n, exchange);
    this.change();
  }

  clear() {
    this.calls.clear();
    this.exchanges.clear();
    this.change();
  }

  /** Returns the calls, oldest first. */
  list() {
    return [...this.calls.values()];
  }

  /** Returns the exchanges of a call in order. */
  listExchanges(callId) {
    return [...(this.exchanges.get(callId)?.values() ?? [])].sort((left, right) => left.n - right.n);
  }
}

/** Says what a phone shows of a call: "ringing", "calling", "answered", "ended", or null before it rings. */
export function phase(call) {
  if (call.state === "disconnected") return "ended";
  if (call.state === "answered") return "answered";
  if (isFromHere(call)) return "calling";
  return call.ringing ? "ringing" : null;
}

/** Says whether a phone on this page calls the site. */
export function isFromHere(call) {
  return call.direction === "inbound";
}

/** Returns the number of the phone on this page that has the call. */
export function phoneOf(call) {
  return isFromHere(call) ? call.from : call.to;
}

/** Returns the number at the site's end. */
export function otherOf(call) {
  return isFromHere(call) ? call.to : call.from;
}

/** Says whether the person hears the call, and not a switchboard. */
export function isReached(call) {
  return !call.switchboard || call.switchboard.stage === "connected";
}
