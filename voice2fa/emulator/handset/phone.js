// One phone on the page: it stands for one called number and shows the call that it has now.

import { icon, make, setText, show } from "./element.js";
import { describeCause, formatClock, formatDuration, formatNumber } from "./format.js";
import { isFromHere, isReached, otherOf, phase } from "./store.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""],
];
const KEY_NAMES = { "*": "star", "#": "hash" };

// A button's data-action, its words, its icon, the phases in which it shows, and the verb of the control plane.
const ACTIONS = [
  ["decline", "Decline", "end", "ringing", "reject"],
  ["answer", "Answer", "call", "ringing", "answer"],
  ["hangup", "Hang up", "end", "answered calling", "hangup"],
];
// Lines that the person on this phone does not hear, and what they see instead of a clock meanwhile.
const UNHEARD = /^\[(the switchboard|nobody|extension) /;
const STAGES = {
  greeting: () => "A switchboard is speaking",
  listening: () => "A switchboard listens for tones",
  ringing: (extension) => `Extension ${extension} rings`,
  refused: () => "A switchboard hangs up",
};
const ASIDES = [
  ["voicemail", "Let voicemail answer", "voicemail", "ringing", "machine"],
  ["busy", "Busy", "busy", "ringing", "busy"],
];

export class Phone {
  /** `desk` offers perform(phone, verb, body), show(phone) and dismiss(phone). */
  constructor(number, desk) {
    this.number = number;
    this.desk = desk;
    this.call = null;
    this.answeredAt = 0;
    this.pressed = "";
    this.pending = Promise.resolve();
    this.build();
  }

  get phase() {
    return this.element.dataset.state;
  }

  build() {
    const id = `phone-${this.number.replace(/\W/g, "")}`;
    this.caller = make("h2", { class: "caller", id, tabindex: "-1" });
    this.sub = make("p", { class: "caller-number" });
    this.status = make("p", { class: "call-state" });
    this.opener = make("button", { type: "button", class: "opener", "data-action": "show", onclick: () => this.desk.show(this) });
    this.transcript = make("div", {
      class: "transcript", role: "log", "aria-live": "polite", "aria-label": "What the caller says", tabindex: "0", "data-transcript": true,
    });
    this.listening = make("p", { class: "listening", "data-listening": true }, make("span", { class: "dot", "aria-hidden": "true" }), "Listening for keys");
    this.keys = make("output", { class: "pressed", "aria-label": "Keys pressed", "data-pressed": true });
    this.notice = make("p", { class: "notice", role: "status", "data-notice": true });
    this.pad = this.buildPad();
    this.buttons = ACTIONS.map((action) => this.buildAction(action, "round"));
    this.asides = ASIDES.map((action) => this.buildAction(action, "aside"));
    this.dismiss = make("button", { type: "button", class: "dismiss", "data-action": "dismiss", onclick: () => this.desk.dismiss(this) }, "Dismiss");
    this.element = make("article", { class: "device", "data-handset": this.number, "aria-labelledby": id },
      make("div", { class: "screen" },
        make("div", { class: "status-line", "aria-hidden": "true" }, make("span", { "data-time": true }, formatClock(new Date())), icon("bars", "bars")),
        this.opener,
        make("p", { class: "line" }, make("span", {}, "Phone "), formatNumber(this.number)),
        make("div", { class: "who" },
          make("div", { class: "portrait", "aria-hidden": "true" }, icon("person")),
          make("div", { class: "who-words" }, this.caller, this.sub, this.status)),
        this.transcript,
        make("div", { class: "key-line" }, this.listening, this.keys),
        this.pad, this.notice,
        make("div", { class: "asides" }, ...this.asides),
        make("div", { class: "actions" }, ...this.buttons, this.dismiss)));
  }

  buildPad() {
    const buttons = KEYS.map(([key, letters]) => make("button",
      { type: "button", class: "key", "data-key": key, "aria-label": KEY_NAMES[key] ?? key, onclick: () => this.press(key) },
      make("b", {}, key), make("small", { "aria-hidden": "true" }, letters)));
    return make("div", { class: "pad", role: "group", "aria-label": "Keypad" }, ...buttons);
  }

  buildAction([name, label, picture, phaseName, verb], className) {
    return make("button", {
      type: "button", class: `${className} ${name}`, "data-action": name, "data-phase": phaseName, onclick: () => this.perform(verb),
    }, icon(picture), make("span", {}, label));
  }

  /** Draws a call; keeps nodes, so that focus and live regions survive. */
  update(call, { isShown }) {
    if (this.call?.callId !== call.callId) this.begin();
    const before = this.element.dataset.state;
    const now = phase(call);
    this.call = call;
    if (now === "answered" && before !== "answered") this.answeredAt = startOf(call);
    const hadFocus = this.element.contains(document.activeElement);
    this.element.dataset.state = now;
    this.element.toggleAttribute("data-shown", isShown);
    setText(this.caller, call.displayName || formatNumber(otherOf(call)));
    setText(this.sub, describeLine(call));
    const isLonger = (call.transcript ?? []).length > this.transcript.children.length;
    this.updateTranscript(call.transcript ?? []);
    this.updateParts(now, isShown, call);
    if (isLonger) this.transcript.scrollTop = this.transcript.scrollHeight;
    if (before && before !== now && now !== "ringing") setText(this.notice, "");
    this.tick();
    if (hadFocus && !this.hasFocus()) this.caller.focus({ preventScroll: true });
  }

  hasFocus() {
    const focused = document.activeElement;
    return this.element.contains(focused) && focused.checkVisibility();
  }

  begin() {
    this.pressed = "";
    setText(this.keys, "");
    setText(this.notice, "");
    this.transcript.replaceChildren();
    delete this.element.dataset.state;
  }

  updateTranscript(lines) {
    const items = this.transcript.children;
    if (items.length > lines.length) this.transcript.replaceChildren();
    for (let index = items.length; index < lines.length; index += 1) {
      const kind = UNHEARD.test(lines[index]) ? "unheard" : null;
      this.transcript.append(make("p", { class: kind, dir: "auto" }, lines[index]));
    }
  }

  updateParts(now, isShown, call) {
    for (const button of [...this.buttons, ...this.asides]) show(button, button.dataset.phase.split(" ").includes(now));
    show(this.dismiss, now === "ended");
    const isTalking = now === "answered" && isReached(call);
    show(this.pad, isTalking);
    show(this.transcript, now === "answered" || this.transcript.children.length > 0);
    this.element.toggleAttribute("data-unreached", now === "answered" && !isTalking);
    this.element.toggleAttribute("data-listening-now", isTalking && Boolean(call.listening));
    this.listening.classList.toggle("off", !isTalking || !call.listening);
    if (call.heldKeys?.length > this.pressed.length) this.pressed = call.heldKeys;
    setText(this.keys, this.pressed);
    show(this.opener, !isShown);
    this.opener.setAttribute("aria-label", `Show the phone ${formatNumber(this.number)}`);
  }

  /** Moves the clock on; called every second. */
  tick() {
    const stage = STAGES[this.call.switchboard?.stage];
    const words = {
      ringing: "Incoming call",
      calling: "Calling…",
      answered: stage ? stage(this.call.switchboard.extension) : formatDuration((Date.now() - this.answeredAt) / 1000),
      ended: ["Call ended", describeCause(this.call.disconnectCause, isFromHere(this.call))].filter(Boolean).join(" · "),
    };
    this.status.setAttribute("role", this.phase === "answered" && !stage ? "timer" : "status");
    setText(this.status, words[this.phase] ?? "");
  }

  /** Presses a key of this phone. Presses queue up, so that fast fingers keep their order. */
  press(key) {
    if (this.phase !== "answered" || !isReached(this.call)) return;
    this.desk.sound(key);
    this.pressed += key;
    setText(this.keys, this.pressed);
    this.light(key);
    this.pending = this.pending.then(() => this.perform("press", { digits: key }));
  }

  light(key) {
    const button = [...this.pad.children].find((child) => child.dataset.key === key);
    button.classList.remove("lit");
    void button.offsetWidth; // restarts the animation
    button.classList.add("lit");
  }

  async perform(verb, body) {
    setText(this.notice, "");
    const message = await this.desk.perform(this.call.callId, verb, body);
    setText(this.notice, message ?? "");
  }
}

// What stands below the caller's name: their number, and which extension has the call.
function describeLine(call) {
  const number = call.displayName ? formatNumber(otherOf(call)) : "";
  const extension = call.switchboard && isReached(call) ? `at extension ${call.switchboard.extension}` : "";
  const way = isFromHere(call) && phase(call) !== "ended" ? "called from this phone" : "";
  return [number, extension, way].filter(Boolean).join(" · ");
}

// The emulator's clock may run fast or stand still: a time that cannot be ours is not believed.
function startOf(call) {
  const started = Date.parse(call.answerTime);
  const age = Date.now() - started;
  return age >= 0 && age < 3_600_000 ? started : Date.now();
}
