// Shows what went over the wire: every request, callback and BXML document of a call, in order.

import { copy } from "./clipboard.js";
import { make, setText, show } from "./element.js";
import { describeCause, formatMilliseconds, formatNumber, formatStatus, formatTime } from "./format.js";
import { isBxml, layOut, paint } from "./pretty.js";
import { isFromHere, phase, phoneOf } from "./store.js";

const MOST_CALLS = 30;
const WAYS = { api: ["→", "site to carrier"], callback: ["←", "carrier to site"] };

export class Inspector {
  constructor({ calls, empty, wire, store }) {
    Object.assign(this, { calls, empty, wire, store });
    this.selected = null;
    this.newest = null;
    this.items = new Map();
    this.rows = new Map();
    this.buildWire();
  }

  buildWire() {
    this.title = make("h3", { id: "wire-title" });
    this.facts = make("dl", { class: "facts" });
    this.warnings = make("ul", { class: "warnings", "aria-label": "Warnings" });
    this.list = make("ol", { class: "exchanges", "aria-labelledby": "wire-title" });
    this.none = make("p", { class: "empty" });
    this.copyAll = buildCopy("Copy all", () => JSON.stringify(this.store.listExchanges(this.selected), null, 2));
    this.wire.append(make("div", { class: "wire-head" }, this.title, this.copyAll), this.facts, this.warnings, this.list, this.none);
  }

  /** Draws from the store. */
  update() {
    const calls = this.store.list().reverse().slice(0, MOST_CALLS);
    this.follow(calls);
    this.updateCalls(calls);
    this.updateWire(this.store.calls.get(this.selected));
  }

  // The newest call is followed, but not away from under somebody who has opened an exchange to read it.
  follow(calls) {
    const newest = calls[0]?.callId ?? null;
    const isReading = this.list.querySelector("details[open]") !== null;
    if (!this.store.calls.has(this.selected) || (newest !== this.newest && !isReading)) this.select(newest);
    this.newest = newest;
  }

  select(callId) {
    if (this.selected === callId) return;
    this.selected = callId;
    this.rows.clear();
    this.list.replaceChildren();
  }

  updateCalls(calls) {
    const wanted = new Set(calls.map((call) => call.callId));
    for (const [callId, item] of this.items) {
      if (wanted.has(callId)) continue;
      item.remove();
      this.items.delete(callId);
    }
    for (const call of calls.toReversed()) {
      if (!this.items.has(call.callId)) this.addCall(call);
      this.drawCall(this.items.get(call.callId), call);
    }
    show(this.empty, calls.length === 0);
  }

  addCall(call) {
    const item = make("li", {}, make("button",
      { type: "button", class: "call", "data-call": call.callId, onclick: () => { this.select(call.callId); this.update(); } },
      make("span", { class: "call-dot", "aria-hidden": "true" }),
      make("span", { class: "call-to" }, formatNumber(phoneOf(call))),
      make("span", { class: "call-word" }),
      make("span", { class: "call-time" }, formatTime(call.enqueuedTime ?? call.startTime))));
    this.items.set(call.callId, item);
    this.calls.prepend(item);
  }

  drawCall(item, call) {
    const button = item.firstChild;
    const now = phase(call) ?? call.state;
    button.dataset.state = now;
    button.setAttribute("aria-current", call.callId === this.selected ? "true" : "false");
    const word = now === "ended" ? describeCause(call.disconnectCause, isFromHere(call)) || "ended" : now;
    setText(button.querySelector(".call-word"), word);
  }

  updateWire(call) {
    show(this.copyAll, Boolean(call));
    setText(this.title, call ? `Call ${isFromHere(call) ? "from" : "to"} ${formatNumber(phoneOf(call))}` : "On the wire");
    this.drawFacts(call);
    this.drawWarnings(call);
    const exchanges = call ? this.store.listExchanges(call.callId) : [];
    for (const exchange of exchanges) this.drawExchange(exchange);
    setText(this.none, call ? "Nothing yet." : "Each request, callback and BXML document of a call appears here as it happens.");
    show(this.none, exchanges.length === 0);
  }

  drawFacts(call) {
    const facts = call ? [
      isFromHere(call) ? ["To", formatNumber(call.to)] : ["From", formatNumber(call.from)],
      ["Attestation", call.stirShaken?.attestationIndicator], ["State", call.state], ["Cause", call.disconnectCause],
      ["Tag", call.tag], ["Call id", call.callId], ["Error", call.errorMessage],
    ].filter(([, value]) => value) : [];
    const signature = JSON.stringify(facts);
    if (this.facts.dataset.signature === signature) return;
    this.facts.dataset.signature = signature;
    this.facts.replaceChildren(...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(value)))));
    show(this.facts, facts.length > 0);
  }

  drawWarnings(call) {
    const warnings = (call?.warnings ?? []).map((warning) => (typeof warning === "string" ? warning : JSON.stringify(warning)));
    show(this.warnings, warnings.length > 0);
    if (this.warnings.children.length === warnings.length && this.warnings.textContent === warnings.join("")) return;
    this.warnings.replaceChildren(...warnings.map((warning) => make("li", {}, warning)));
  }

  drawExchange(exchange) {
    const signature = JSON.stringify(exchange);
    const old = this.rows.get(exchange.n);
    if (old?.signature === signature) return;
    const row = buildRow(exchange);
    if (old) {
      row.firstChild.open = old.row.firstChild.open;
      old.row.replaceWith(row);
    } else {
      const after = [...this.list.children].find((other) => Number(other.dataset.exchange) > exchange.n);
      this.list.insertBefore(row, after ?? null);
    }
    this.rows.set(exchange.n, { row, signature });
  }
}

function buildRow(exchange) {
  const [arrow, words] = WAYS[exchange.direction] ?? ["·", ""];
  const kind = judge(exchange);
  const summary = make("summary", {},
    make("span", { class: "way", title: words }, make("span", { "aria-hidden": "true" }, arrow), make("span", { class: "sr" }, `${words}: `)),
    make("span", { class: "name" }, exchange.name ?? ""),
    isBxml(exchange.response) || isBxml(exchange.request) ? make("span", { class: "chip" }, "BXML") : null,
    make("span", { class: `status ${kind}` }, describeStatus(exchange)),
    make("span", { class: "took" }, formatMilliseconds(exchange.milliseconds)),
    make("span", { class: "target" }, make("b", {}, exchange.method ?? ""), ` ${exchange.url ?? ""}`));
  const details = make("details", {}, summary);
  // The bodies are laid out when somebody asks to see them.
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(buildBodies(exchange));
  });
  return make("li", { "data-exchange": exchange.n, "data-direction": exchange.direction, "data-name": exchange.name }, details);
}

function buildBodies(exchange) {
  return make("div", { class: "bodies" },
    exchange.note ? make("p", { class: "note" }, exchange.note) : null,
    make("p", { class: "url" }, `${exchange.method ?? ""} ${exchange.url ?? ""}`, make("span", {}, formatTime(exchange.time))),
    buildBody("Request", exchange.request), buildBody("Response", exchange.response));
}

function buildBody(title, body) {
  const laidOut = layOut(body);
  if (laidOut.kind === "none") return make("p", { class: "no-body" }, `${title}: no body`);
  return make("section", { class: "body" },
    make("div", { class: "body-head" }, make("h4", {}, title), buildCopy("Copy", () => laidOut.text, `Copy the ${title.toLowerCase()}`)),
    make("pre", { tabindex: "0", role: "group", "aria-label": `${title} body` }, make("code", {}, paint(laidOut))));
}

function buildCopy(label, read, name = null) {
  const button = make("button", { type: "button", class: "small", "data-action": "copy", "aria-label": name });
  const word = make("span", { "aria-live": "polite" }, label);
  button.append(word);
  button.addEventListener("click", async () => {
    setText(word, (await copy(read())) ? "Copied" : "Not allowed");
    setTimeout(() => setText(word, label), 1500);
  });
  return button;
}

// No status and no time taken: the answer is still awaited.
const isOpen = ({ status, milliseconds }) => !status && !milliseconds;

function describeStatus(exchange) {
  return isOpen(exchange) ? "Waiting" : formatStatus(exchange.status);
}

function judge({ status, milliseconds }) {
  if (!status) return isOpen({ status, milliseconds }) ? "fair" : "bad";
  if (status < 300) return "good";
  return status < 400 ? "fair" : "bad";
}
