/* app.js -- behaviour added to pages that already read, filter and download without it.
   No inline handler, no dependency, no word of its own: what is said stands in data- attributes. */
(() => {
  const root = document.documentElement;

  /* The look follows the system until the reader chooses; only then is something kept. */
  try { const t = localStorage.getItem("theme"); if (t === "dark" || t === "light") root.dataset.theme = t; } catch { /* storage refused */ }
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  const actions = {
    themeToggle() {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* storage refused */ }
    },
    toggle(button) {
      const open = document.getElementById(button.dataset.toggle).classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    },
    copy(button) {
      const text = document.getElementById(button.dataset.copy).innerText.trim();
      navigator.clipboard?.writeText(text).then(() => { button.textContent = button.dataset.copied; }, () => {});
    },
  };
  document.addEventListener("click", (event) => {
    for (const [name, act] of Object.entries(actions)) {
      const attribute = name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
      const button = event.target.closest(`[data-${attribute}]`);
      if (button) return act(button);
    }
    return undefined;
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("[data-toggle][aria-expanded=true]");
    if (open) { open.click(); open.focus(); }
  });

  /* On a narrow screen the row of tabs scrolls: the present one is to be seen. */
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.closest("ul").scrollLeft = tab.offsetLeft - 48;

  /* A big file goes in pieces, each where the last one ended; a cut line is waited for. Without this the form sends it whole. */
  const pieces = async (form, file) => {
    const box = form.closest("[data-pieces]");
    const say = box.querySelector("[data-progress]");
    const headers = { "X-CSRF-Token": form.elements.csrf.value };
    const base = "/api/portal/v1/uploads/pieces";
    const call = async (path, options) => {
      const answer = await fetch(base + path, { ...options, headers: { ...headers, ...options.headers } });
      const body = await answer.json();
      if (!answer.ok && answer.status !== 409) throw new Error(body.detail);
      return { status: answer.status, ...body };
    };
    const mode = new FormData(form).get("mode") ?? "replace";
    let at = await call("", { method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ file_name: file.name, size_bytes: file.size, mode, dataset: box.dataset.pieces || undefined }) });
    for (let tries = 0; !at.upload;) {
      const bytes = file.slice(at.offset, at.offset + at.piece_bytes);
      say.textContent = `${Math.floor((100 * at.offset) / file.size)} %`;
      try {
        const next = await call(`/${at.id}`, { method: "PATCH", body: bytes,
          headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(at.offset) } });
        at = next.status === 409 ? { ...at, ...(await call(`/${at.id}`, { method: "GET" })) } : { ...at, ...next };
        tries = 0;
      } catch (error) {
        if (!(error instanceof TypeError) || ++tries > 8) throw error;
        await new Promise((done) => { setTimeout(done, 500 * 2 ** tries); });
        try { at = { ...at, ...(await call(`/${at.id}`, { method: "GET" })) }; } catch { /* still cut */ }
      }
    }
    location.href = box.dataset.pieces ? `/backoffice/datasets/${box.dataset.pieces}/preview` : `/backoffice/datasets/new/${at.upload}`;
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-pieces] form");
    const file = form?.elements.file?.files[0];
    if (!file || file.size < Number(form.closest("[data-pieces]").dataset.piecesFrom)) return;
    event.preventDefault();
    event.submitter?.setAttribute("disabled", "");
    pieces(form, file).catch((error) => {
      form.closest("[data-pieces]").querySelector("[data-progress]").textContent = error.message;
      event.submitter?.removeAttribute("disabled");
    });
  });

  /* A part of the page that says how far something is asks again every so many seconds; when the answer has it no more, it is done. */
  const part = document.querySelector("[data-again]");
  const again = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const now = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (!now) { location.replace(answer.url); return; }
      if (now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
    } catch { /* cut: the next time */ }
    setTimeout(again, 1000 * Number(part.dataset.again));
  };
  if (part) setTimeout(again, 1000 * Number(part.dataset.again));

  /* Cells copied from a spreadsheet spread over the grid from the one that they are pasted into. */
  document.addEventListener("paste", (event) => {
    const grid = event.target.closest?.("[data-grid]"), text = event.clipboardData?.getData("text/plain") ?? "";
    if (!grid || !/[\t\n]/.test(text.trimEnd())) return;
    const rows = [...grid.rows].map((row) => [...row.querySelectorAll("input")]);
    const top = rows.findIndex((row) => row.includes(event.target)), left = rows[top].indexOf(event.target);
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    if (top + lines.length > rows.length || lines.some((line) => left + line.length > rows[0].length)) return;
    event.preventDefault();
    lines.forEach((line, i) => line.forEach((value, k) => { rows[top + i][left + k].value = value; }));
  });

  /* The look that is being chosen, drawn by the server a moment after the last change. */
  const look = document.querySelector("form[data-preview]"), frame = document.querySelector("iframe[data-frame]");
  let soon;
  if (look && frame) look.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(soon);
    soon = setTimeout(() => {
      const asked = new URLSearchParams();
      for (const name of ["primary", "accent", "font", "hero_title", "hero_text"]) asked.set(name, look.elements[name]?.value ?? "");
      frame.src = `${frame.dataset.frame}?${asked}`;
    }, 300);
  });

  /* A form that says data-live asks again when a choice changes: the same address a submit would open. */
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-live") && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
  });
})();
