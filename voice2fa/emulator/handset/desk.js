// The desk holds the phones: which are out, which one is shown in full, which call each has.

import { show } from "./element.js";
import { formatNumber } from "./format.js";
import { Phone } from "./phone.js";
import { isFromHere, phase, phoneOf } from "./store.js";
import { act } from "./control.js";

const MOST_ENDED = 3;
const RANK = { answered: 3, calling: 2, ringing: 2, ended: 1 };

export class Desk {
  constructor({ shelf, idle, alert, store, tones, voice }) {
    Object.assign(this, { shelf, idle, alert, store, tones, voice });
    this.phones = new Map();
    this.shown = null;
    this.seen = new Set(); // calls that were live while this page watched: only these are kept when they end
    this.announced = new Set();
  }

  /** Draws all phones from the store. */
  update() {
    const chosen = this.chooseCalls();
    for (const [number, phone] of this.phones) if (!chosen.has(number)) this.remove(phone);
    for (const number of chosen.keys()) if (!this.phones.has(number)) this.add(number);
    this.chooseShown(chosen);
    for (const [number, call] of chosen) {
      const phone = this.phones.get(number);
      phone.update(call, { isShown: phone === this.shown });
    }
    show(this.idle, chosen.size === 0);
    this.announce(chosen);
    this.tones.setRinging([...chosen.values()].some((call) => phase(call) === "ringing"));
  }

  // Each number has one phone, and that has one call: the one in progress, else the one ringing, else the last that ended.
  chooseCalls() {
    const chosen = new Map();
    for (const call of this.store.list()) {
      const now = phase(call);
      if (now && now !== "ended") this.seen.add(call.callId);
      if (!now || !this.seen.has(call.callId)) continue;
      const rival = chosen.get(phoneOf(call));
      if (!rival || RANK[now] >= RANK[phase(rival)]) chosen.set(phoneOf(call), call);
    }
    const ended = [...chosen].filter(([, call]) => phase(call) === "ended");
    ended.sort(([, left], [, right]) => String(left.endTime).localeCompare(String(right.endTime)));
    for (const [number] of ended.slice(0, -MOST_ENDED)) chosen.delete(number);
    return chosen;
  }

  // A phone that begins to ring or to call comes to the front; after its call another live one does; otherwise the reader's choice stays.
  chooseShown(chosen) {
    const calls = [...chosen.values()];
    const fresh = calls.filter((call) => isBeginning(call) && !this.announced.has(call.callId));
    const current = this.shown && chosen.get(this.shown.number);
    const live = calls.filter((call) => phase(call) !== "ended");
    let best = current;
    if (fresh.length) best = fresh.at(-1);
    else if (!current || (phase(current) === "ended" && !this.isReading())) best = live.at(-1) ?? current ?? calls.at(-1);
    this.shown = best ? this.phones.get(phoneOf(best)) : null;
  }

  // Whoever brought an ended call to the front wants to read it.
  isReading() {
    return this.picked === this.shown?.call?.callId;
  }

  announce(chosen) {
    for (const call of chosen.values()) {
      if (!isBeginning(call) || this.announced.has(call.callId)) continue;
      this.announced.add(call.callId);
      if (isFromHere(call)) continue;
      const caller = call.displayName || formatNumber(call.from);
      this.alert.textContent = `Incoming call from ${caller} to ${formatNumber(call.to)}. Enter answers, Escape declines.`;
    }
  }

  add(number) {
    const phone = new Phone(number, this);
    this.phones.set(number, phone);
    this.shelf.append(phone.element);
  }

  remove(phone) {
    const hadFocus = phone.element.contains(document.activeElement);
    phone.element.remove();
    this.phones.delete(phone.number);
    if (this.shown === phone) this.shown = null;
    if (hadFocus) requestAnimationFrame(() => this.focus());
  }

  /** Puts the keyboard on the phone in front, after the button that had it has gone. */
  focus() {
    (this.shown?.caller ?? this.idle.querySelector("h2")).focus({ preventScroll: true });
  }

  /** Brings a phone to the front. */
  show(phone) {
    this.shown = phone;
    this.picked = phone.call.callId;
    this.update();
    phone.caller.focus({ preventScroll: true });
  }

  /** Puts an ended call away. */
  dismiss(phone) {
    for (const call of this.store.list()) {
      if (phoneOf(call) === phone.number && phase(call) === "ended") this.seen.delete(call.callId);
    }
    this.update();
  }

  /** Acts on a call; returns the sentence to show when the emulator refuses. */
  async perform(callId, verb, body) {
    this.tones.unlock();
    if (verb === "hangup") this.voice.hush(callId);
    try {
      await act(callId, verb, body);
      return null;
    } catch (error) {
      return error.message;
    }
  }

  sound(key) {
    this.tones.press(key);
  }

  /** Speaks a line if its phone is the one in front. */
  say(line) {
    if (this.shown?.call?.callId === line.callId) this.voice.say(line);
  }

  tick() {
    for (const phone of this.phones.values()) if (phone.call) phone.tick();
  }

  /** Says what the shown phone is doing: "ringing", "answered", "ended" or null. */
  get phase() {
    return this.shown?.phase ?? null;
  }
}

// A call from here may be answered before the page has seen it ring.
function isBeginning(call) {
  return phase(call) === "ringing" || (isFromHere(call) && phase(call) !== "ended");
}
