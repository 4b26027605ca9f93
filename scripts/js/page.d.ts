// What the scripts' types cannot say of themselves: our own elements and events, htmx, and what a query on a page finds.

import type { Plate } from "../../static/js/figure/plate.js";
import type { Transport } from "../../static/js/explorer/transport.js";
import type { Step } from "../../static/js/lesson/step.js";
import type { Stack } from "../../static/js/stack/stack.js";

/** A sheet and a cell of it; what is left out stays as it is. */
interface Place {
  channel?: number;
  row?: number;
  column?: number;
}

/** What our elements and the page say to each other. */
interface Events {
  "cs:drawn": CustomEvent<undefined>; // a plate has read its drawing
  "cs:framed": CustomEvent<Document>; // the explorer has come into the frame of a step
  "cs:glow": CustomEvent<string[]>; // to a frame: these parts are marked, and no others
  "cs:go": CustomEvent<Place>; // a visitor wants to be there
  "cs:guessed": CustomEvent<{ step: string; guess: string }>; // what the explorer asked in a step's frame has been answered there
  "cs:hold": CustomEvent<string>; // pins something, or lets go of it where it is pinned
  "cs:met": CustomEvent<{ step: string }>; // the task of a step is done
  "cs:lead": CustomEvent<{ address: string; glide?: number; top?: boolean }>; // to a frame: go there, in so many ms, to the top of the page
  "cs:opened": CustomEvent<number>; // the stack has opened a map
  "cs:pin": CustomEvent<string>; // pins something, "" nothing
  "cs:pinned": CustomEvent<string>; // something is pinned, "" nothing
  "cs:pixel": CustomEvent<{ row: number; column: number }>; // another pixel is followed
  "cs:point": Event; // the cursor of the keyboard goes on
  "cs:signs": Event; // minus signs are wanted, or no longer
  "cs:shown": CustomEvent<string>; // a part of the page has come, for a place
  "cs:state": CustomEvent<{ address: string; led: boolean }>; // a page in a frame has come to rest, where it was led or not
  "cs:stands": CustomEvent<{ address: string }>; // the frame of a step has come to rest elsewhere
  "cs:tap": CustomEvent<{ target: Element; x: number; y: number }>; // a press on a drawing that was no drag
  "cs:transport": CustomEvent<{ name: string; value?: number | string }>; // a button or a field of the tape deck
  "cs:filtered": Event; // the maps that a filter would make are shown
  "htmx:after:swap": CustomEvent;
  "htmx:before:history:update": CustomEvent;
  "htmx:before:process": CustomEvent;
  "htmx:before:request": CustomEvent;
  "htmx:before:swap": CustomEvent;
  "htmx:config:request": CustomEvent;
  "htmx:finally:request": CustomEvent;
}

declare global {
  /** An element found by a selector that is more than a tag. Our pages know its kind, the compiler does not: it may be a
   *  field, a link, a table's cell or a part of a drawing, and a property that none of them has is a mistake. */
  interface Found
    extends HTMLElement,
      Pick<HTMLAnchorElement, "href" | "search">,
      Pick<HTMLCanvasElement, "getContext" | "height" | "toBlob" | "width">,
      Pick<HTMLDialogElement, "close" | "open" | "showModal">,
      Pick<HTMLFormElement, "action" | "elements" | "requestSubmit" | "submit">,
      Pick<HTMLInputElement, "checked" | "defaultChecked" | "defaultValue" | "disabled" | "files" | "form" | "name" | "select" | "type" | "value">,
      Pick<HTMLInputElement, "selectionEnd" | "selectionStart">,
      Pick<HTMLTableCellElement, "cellIndex">,
      Pick<HTMLTableRowElement, "cells" | "rowIndex" | "sectionRowIndex">,
      Pick<HTMLTableElement, "rows">,
      Pick<HTMLTemplateElement, "content">,
      Pick<SVGGraphicsElement, "getScreenCTM" | "ownerSVGElement"> {
    parentElement: Found | null;
  }

  interface HTMLElementTagNameMap {
    "cs-plate": Plate;
    "cs-stack": Stack;
    "cs-step": Step;
    "cs-transport": Transport;
  }

  interface ParentNode {
    querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
    querySelector<E extends Element = Found>(selectors: string): E | null;
    querySelectorAll<K extends keyof HTMLElementTagNameMap>(selectors: K): NodeListOf<HTMLElementTagNameMap[K]>;
    querySelectorAll<E extends Element = Found>(selectors: string): NodeListOf<E>;
  }

  interface Element {
    closest<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
    closest<E extends Element = Found>(selectors: string): E | null;
    setAttribute(name: string, value: string | number): void; // which writes a number as it is read
  }

  /** What an event goes to is an element, or the document or the window, which have neither. */
  interface EventTarget {
    closest?<E extends Element = Found>(selectors: string): E | null;
    matches?(selectors: string): boolean;
    toggleAttribute?(name: string, on?: boolean): boolean;
  }

  interface DocumentEventMap extends Events {}
  interface HTMLElementEventMap extends Events {}
  interface WindowEventMap extends Events {}

  const htmx: {
    ajax(method: string, address: string, how: object): Promise<void>;
    process(element: Element): void;
  };
  interface Window {
    htmx?: typeof htmx;
  }

  const SwaggerUIBundle: (options: object) => void;
}
