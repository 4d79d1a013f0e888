// The table of the atlas: sorted by a click on a heading, filtered by a form. Without this script it is a plain table.
(() => {
  const SEVERITY = { x: 4, l: 3, u: 2, r: 1, n: 0, ".": -1 };
  const WORDS = { x: ["✗ wrong", "fail"], l: ["! loses digits", "warn"], u: ["? undecided", "notes"], r: ["✓ right", "pass"], n: ["– not supported", "notes"], ".": ["—", "notes"] };
  const FIRST_FORMAT = 2; // the column in which the formats begin

  const worst = (letters) => [...letters].reduce((a, b) => (SEVERITY[b] > SEVERITY[a] ? b : a), ".");

  function sorted(table, column, kind, up) {
    const key = (row) => {
      const cell = row.cells[column];
      if (kind === "verdict") return SEVERITY[cell.dataset.letter ?? "."];
      if (kind === "number") {
        const text = cell.firstElementChild?.dataset.value ?? cell.textContent;
        return text === "inf" ? Infinity : Number(text || 0);
      }
      return cell.textContent.trim().toLowerCase();
    };
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row), row]);
    rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  }

  for (const table of document.querySelectorAll("table.operations")) {
    for (const head of table.tHead.rows[0].cells) {
      const kind = head.dataset.sort;
      if (!kind) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.ariaSort ? head.ariaSort === "descending" : kind === "text";
        for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
        head.ariaSort = up ? "ascending" : "descending";
        sorted(table, head.cellIndex, kind, up);
      });
    }
  }

  // Each row has its verdicts as letters: a word a format, in it a letter for each thing that one may ask of.
  function filtered(form, table) {
    const words = form.elements.name.value.trim().toLowerCase().split(/\s+/);
    const { verdict, format, asked } = Object.fromEntries(new FormData(form));
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const letters = row.dataset.verdicts.split(" ").map((word) => worst(asked ? word[asked] : word));
      letters.forEach((letter, place) => {
        const cell = row.cells[FIRST_FORMAT + place];
        const [text, tone] = WORDS[letter];
        cell.dataset.letter = letter;
        cell.firstElementChild.textContent = text;
        cell.firstElementChild.className = tone;
      });
      const letter = format ? letters[format] : worst(letters);
      const name = `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase();
      const isAsked = (!verdict || letter === verdict) && (!(format || asked) || letter !== ".");
      row.hidden = !(isAsked && words.every((word) => name.includes(word)));
      shown += !row.hidden;
    }
    form.querySelector("output").textContent = `${shown} of ${table.tBodies[0].rows.length}`;
  }

  for (const form of document.querySelectorAll(".atlas-filter")) {
    const table = form.nextElementSibling.querySelector("table");
    form.hidden = false;
    form.addEventListener("input", () => filtered(form, table));
    form.addEventListener("submit", (event) => event.preventDefault());
    filtered(form, table);
  }
})();
