// Calls the site from one of the phones on this page.

import { ask } from "./control.js";
import { make, setText } from "./element.js";
import { formatNumber } from "./format.js";
import { phoneOf } from "./store.js";

const ATTESTATIONS = [
  ["A", "A: number vouched for"], ["B", "B: customer vouched for"], ["C", "C: through a gateway"], ["none", "None"],
];

export class Dial {
  constructor(details, store) {
    this.details = details;
    this.store = store;
    this.known = make("datalist", { id: "dial-known" });
    this.from = make("input", {
      id: "dial-from", name: "from", list: "dial-known", required: true, autocomplete: "off", placeholder: "+14155550123",
    });
    this.to = make("select", { id: "dial-to", name: "to" });
    this.attestation = make("select", { id: "dial-attestation", name: "attestation" },
      ...ATTESTATIONS.map(([value, words]) => make("option", { value }, words)));
    this.said = make("p", { class: "notice", role: "status", "data-dial-notice": true });
    details.append(make("form", { onsubmit: (event) => this.submit(event) },
      buildField("From this phone", this.from), this.known, buildField("To the site's number", this.to),
      buildField("Attestation (STIR/SHAKEN)", this.attestation),
      make("button", { type: "submit", class: "dial-button", "data-action": "dial" }, "Call"), this.said));
    details.addEventListener("toggle", () => this.open());
  }

  /** Offers the phones that the page has seen, the latest first. */
  update() {
    const numbers = [...new Set(this.store.list().map(phoneOf).reverse())];
    const signature = numbers.join(" ");
    if (this.known.dataset.signature === signature) return;
    this.known.dataset.signature = signature;
    this.known.replaceChildren(...numbers.map((value) => make("option", { value }, formatNumber(value))));
    if (!this.from.value && numbers.length) this.from.value = numbers[0];
  }

  async open() {
    if (!this.details.open) return;
    try {
      const { numbers } = await ask("options");
      const chosen = this.to.value;
      this.to.replaceChildren(...numbers.map((value) => make("option", { value }, formatNumber(value))));
      if (numbers.includes(chosen)) this.to.value = chosen;
      setText(this.said, "");
    } catch (error) {
      setText(this.said, error.message);
    }
  }

  async submit(event) {
    event.preventDefault();
    // People write numbers with spaces and brackets; the carrier does not.
    const from = this.from.value.replace(/[\s().-]/g, "");
    try {
      await ask("calls", { from, to: this.to.value, attestation: this.attestation.value });
      setText(this.said, "");
      this.details.open = false;
    } catch (error) {
      setText(this.said, error.message);
    }
  }
}

function buildField(words, control) {
  return make("p", { class: "field" }, make("label", { for: control.id }, words), control);
}
