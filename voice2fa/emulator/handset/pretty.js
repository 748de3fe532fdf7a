// Lays out JSON and XML for reading, in colour. Only text nodes: whatever a site or caller sent stays text.

import { make } from "./element.js";

const JSON_TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const XML_TOKEN = /(<!--[\s\S]*?-->|<\?[\s\S]*?\?>)|(<\/?)([\w:.-]+)|([\w:.-]+)(=)("[^"]*")|(\/?>)/g;

/** Returns {kind: "json" | "xml" | "text" | "none", text} for a body, which may be text, parsed JSON or nothing. */
export function layOut(body) {
  if (body === null || body === undefined || body === "") return { kind: "none", text: "" };
  if (typeof body !== "string") return { kind: "json", text: JSON.stringify(body, null, 2) };
  const trimmed = body.trim();
  if (/^[[{]/.test(trimmed)) {
    try {
      return { kind: "json", text: JSON.stringify(JSON.parse(trimmed), null, 2) };
    } catch {
      return { kind: "text", text: body };
    }
  }
  if (trimmed.startsWith("<")) return { kind: "xml", text: layOutXml(trimmed) ?? body };
  return { kind: "text", text: body };
}

/** Says whether a body is a document of instructions for the call. */
export function isBxml(body) {
  return typeof body === "string" && /^\s*(?:<\?xml[^>]*\?>)?\s*<(?:Response|Bxml)[\s/>]/.test(body);
}

/** Returns the text as a fragment of coloured pieces. */
export function paint({ kind, text }) {
  if (kind === "json") return paintTokens(text, JSON_TOKEN, paintJson);
  if (kind === "xml") return paintTokens(text, XML_TOKEN, paintXml);
  return document.createTextNode(text);
}

function paintTokens(text, pattern, paintMatch) {
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    fragment.append(text.slice(end, match.index), ...paintMatch(match));
    end = match.index + match[0].length;
  }
  fragment.append(text.slice(end));
  return fragment;
}

const piece = (className, text) => make("span", { class: className }, text);

function paintJson([, string, colon, word, number]) {
  if (string) return colon ? [piece("t-name", string), colon] : [piece("t-string", string)];
  return [piece("t-number", word ?? number)];
}

function paintXml([whole, prolog, open, tag, name, equals, value]) {
  if (prolog) return [piece("t-quiet", prolog)];
  if (tag) return [piece("t-quiet", open), piece("t-tag", tag)];
  if (name) return [piece("t-name", name), equals, piece("t-string", value)];
  return [piece("t-quiet", whole)];
}

// Returns null for what is not well-formed: then the raw text is shown, as it was sent.
function layOutXml(text) {
  const parsed = new DOMParser().parseFromString(text, "application/xml");
  if (parsed.querySelector("parsererror")) return null;
  const prolog = /^<\?xml[^>]*\?>/.exec(text);
  return (prolog ? `${prolog[0]}\n` : "") + [...parsed.childNodes].map((node) => layOutNode(node, "")).join("\n");
}

function layOutNode(node, indent) {
  const source = new XMLSerializer().serializeToString(node);
  const children = [...node.childNodes].filter((child) => child.nodeType !== Node.TEXT_NODE || child.data.trim());
  const isMixed = children.some((child) => child.nodeType === Node.TEXT_NODE);
  if (node.nodeType !== Node.ELEMENT_NODE || isMixed || !children.length) return indent + source;
  const opening = new XMLSerializer().serializeToString(node.cloneNode(false)).replace(/\s*\/>$|><\/[^>]+>$/, ">");
  const inner = children.map((child) => layOutNode(child, `${indent}  `)).join("\n");
  return `${indent}${opening}\n${inner}\n${indent}</${node.nodeName}>`;
}
