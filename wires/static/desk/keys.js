/* Keys of the review page. Each does what a button or link of the page does; without this file
   the page works all the same. Nothing happens while somebody types or holds a modifier. */
"use strict";

(() => {
  const FIELDS = "select, textarea, button, summary, a, input:not([type=hidden])";
  const card = () => document.activeElement?.closest("[data-card]");
  const cards = () => [...document.querySelectorAll("[data-card]")].filter((each) => each.offsetParent);

  const focus = (element) => {
    if (!element) return;
    if (!element.matches("a, button, input, select, textarea, summary")) element.tabIndex = -1;
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = cards();
    const at = all.indexOf(card());
    focus(at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by]);
  };

  /* Press the button of an act in the focused card; where it needs words, go to its field first. */
  const act = (name) => {
    const form = card()?.querySelector(`form.desk-act-${name}`);
    if (!form) return;
    const fold = form.closest("details");
    if (fold && !fold.open) {
      fold.open = true;
      focus(form.querySelector("textarea, select, input:not([type=hidden])"));
    } else {
      form.querySelector("button").click();
    }
  };

  const part = (id) => {
    const section = document.getElementById(id);
    if (!section) return;
    section.scrollIntoView();
    focus(section.querySelector("[data-card]") ?? section.querySelector(FIELDS) ?? section);
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => act("accept"),
    r: () => act("reject"),
    o: () => act("override"),
    d: () => act("dismiss"),
    n: () => document.querySelector("[data-next]")?.click(),
    q: () => document.querySelector("[data-queue]")?.click(),
    g: () => part("gate"),
    c: () => part("proposal"),
    s: () => part("severity"),
    b: () => part("but-for"),
    m: () => part("moves"),
    "?": () => {
      const help = document.getElementById("keys");
      if (!help) return;
      help.open = !help.open;
      focus(help.querySelector("summary"));
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") card() ? focus(card()) : event.target.blur();
      return;
    }
    const does = keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  /* After an act the page comes back at its place: go on from there. */
  const here = document.getElementById(location.hash.slice(1) || "nothing");
  if (here?.matches("[data-card]")) focus(here);
})();
