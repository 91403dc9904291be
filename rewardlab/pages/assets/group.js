"use strict";
// The view of one prompt: its generations side by side, the best score first.

const group = {
  dialog: null,
  row: null,
  shown: null, // the prompt that is drawn, and how far its body was scrolled
  height: 0,
  list: [], // the rows that the keys for next and previous go through

  open(row, list) {
    this.row = row;
    if (list) this.list = list;
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
    this.show();
    history.replaceState(null, "", linkOf(row));
  },

  // Brings the chosen generation into the middle; a new prompt begins at its top.
  show() {
    const body = this.dialog.querySelector(".group-body");
    const cards = this.dialog.querySelector(".side-by-side");
    const chosen = cards.querySelector(".chosen");
    cards.scrollLeft = chosen.offsetLeft - (cards.clientWidth - chosen.clientWidth) / 2;
    for (const mark of body.querySelectorAll("pre mark")) {
      const box = mark.parentElement;
      box.scrollTop = mark.offsetTop - box.clientHeight / 2;
    }
    body.scrollTop = this.shown === this.row.prompt ? this.height : 0;
    this.shown = this.row.prompt;
    chosen.focus({ preventScroll: true });
  },

  close() {
    this.dialog.close();
  },

  // Goes some places along the list.
  step(by) {
    const place = this.list.indexOf(this.row);
    const next = this.list[place < 0 ? 0 : place + by];
    if (next) this.open(next);
  },

  // Goes to the next prompt of the list, or the one before.
  leap(by) {
    const prompts = [...new Set(this.list.map((row) => row.prompt))];
    const next = prompts[prompts.indexOf(this.row.prompt) + by];
    if (next) this.open(this.list.find((row) => row.prompt === next));
  },

  draw() {
    const { prompt } = this.row;
    this.height = this.dialog.querySelector(".group-body")?.scrollTop ?? 0;
    const rows = [...prompt.rows].sort((a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity) || a.index - b.index);
    const pair = pairOf(rows);
    this.dialog.replaceChildren(
      this.bar(),
      make("div", "group-body", this.question(prompt), pair ? comparison(pair) : null,
        make("h3", "", `${rows.length} generations, the best score first`),
        make("div", "side-by-side", ...rows.map((row) => generation(row, row === this.row)))),
    );
  },

  bar() {
    const title = make("h2", "", this.row.id, make("small", "", prefix(this.row)));
    title.id = "group-title";
    const place = this.list.indexOf(this.row);
    const where = place < 0 ? "" : `${place + 1} of ${this.list.length}`;
    const link = make("a", "", `[${this.row.index}]`);
    link.href = linkOf(this.row);
    link.title = "the address of this generation";
    return make("div", "group-bar", title, link,
      make("span", "where", where),
      button("Previous", "previous generation (←)", () => this.step(-1)),
      button("Next", "next generation (→)", () => this.step(1)),
      make("span", "close", button("Close", "close (Esc)", () => this.close())));
  },

  question(prompt) {
    const reference = prompt.reference ? make("pre", "", prompt.reference) : make("p", "none", "The row has none.");
    return make("div", "question",
      make("section", "", make("h3", "", "Prompt"), scrolling(prompt.text, "the prompt")),
      make("section", "reference", make("h3", "", "Reference"), reference));
  },
};

function prefix(row) {
  return row.flat ? ` group ${row.flat.replaceAll("_", " ")}` : "";
}

function button(text, title, work) {
  const element = make("button", "", text);
  element.type = "button";
  element.title = title;
  element.addEventListener("click", work);
  return element;
}

function scrolling(text, name) {
  const element = make("pre", "", text);
  element.tabIndex = 0;
  element.setAttribute("aria-label", name);
  element.setAttribute("role", "group");
  return element;
}

// The best of those paid although judges, labels or the text call them wrong, and a right one to compare it with.
function pairOf(rows) {
  const doubted = (row) => row.right === 1 && (row.read === "wrong" || row.odd > 0 || labels.of(row) === "wrong");
  const wrong = rows.find(doubted);
  const right = rows.find((row) => row.right === 1 && !doubted(row) && row.read !== "wrong")
    ?? rows.find((row) => row.read === "right");
  return wrong && right ? { wrong, right } : null;
}

function comparison({ wrong, right }) {
  return make("div", "pair",
    make("section", "", make("h3", "", "Paid, and probably wrong"), textOf(wrong), line(wrong)),
    make("section", "", make("h3", "", "Right"), textOf(right), line(right)));
}

function line(row) {
  return make("p", "line", `[${row.index}] score ${numberOf(row.score)}`);
}

function generation(row, chosen) {
  const side = sideOf(row);
  const card = make("article", `generation ${side}${chosen ? " chosen" : ""}`);
  card.tabIndex = chosen ? 0 : -1;
  card.setAttribute("aria-label", `generation ${row.index}, ${side}`);
  card.addEventListener("click", (event) => {
    const busy = event.target.closest("button, summary") || String(getSelection());
    if (!busy && row !== group.row) group.open(row);
  });
  card.append(
    make("header", "", make("span", "index", `[${row.index}]`), make("strong", "score", row.reason ? "no score" : numberOf(row.score)),
      make("span", `side ${side}`, side)),
    row.reason ? make("p", "unscored", `${row.reason.replaceAll("_", " ")}: ${row.detail}`) : "",
    textOf(row),
    row.span ? make("p", "why", row.span[2]) : "",
    facts(row),
    row.because ? make("p", "why", `Worth a label: ${row.because}.`) : "",
    labelling(row));
  return card;
}

function textOf(row) {
  const element = scrolling("", `text of generation ${row.index}`);
  if (!row.text) return make("p", "none", "The text is empty.");
  if (!row.span) element.textContent = row.text;
  else {
    const [start, end] = row.span;
    element.append(row.text.slice(0, start), make("mark", "", row.text.slice(start, end)), row.text.slice(end));
  }
  return element;
}

function facts(row) {
  const list = make("dl", "facts");
  const add = (name, ...value) => list.append(make("dt", "", name), make("dd", "", ...value));
  for (const part of row.components) add(part.name, numberOf(part.value));
  for (const judge of row.judges) {
    const word = make("span", `verdict-${judge.right === 1 ? "right" : judge.right === 0 ? "wrong" : "none"}`,
      judge.verdict || "not asked");
    const said = judge.said ? make("details", "", make("summary", "", "why"), make("pre", "", judge.said)) : null;
    add(judge.name, word, said);
  }
  for (const { annotator, label } of row.known) {
    add(annotator ? `label of ${annotator}` : "label", label === 1 ? "right" : label === 0 ? "wrong" : String(label));
  }
  if (row.read) add("its text reads as", row.read);
  add("length", `${row.length}${row.cut ? ", cut off at the token limit" : ""}`);
  return list;
}

function labelling(row) {
  const given = labels.of(row);
  const one = (word, key) => {
    const element = button(word, `label it ${word} (${key})`, () => labels.give(row, word));
    element.dataset.label = word;
    element.setAttribute("aria-pressed", String(given === word));
    return element;
  };
  const box = make("div", "labelling", one("right", "r"), one("wrong", "w"), one("unsure", "u"));
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", `label of generation ${row.index}`);
  return box;
}
