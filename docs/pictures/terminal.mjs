// What a terminal shows that a program is run on, as an SVG.
import xterm from '@xterm/headless';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const CELL = { width: 8.4, height: 17 };
const MARGIN = 12;
const COLORS = [
  '#3b4252',
  '#bf616a',
  '#a3be8c',
  '#ebcb8b',
  '#81a1c1',
  '#b48ead',
  '#88c0d0',
  '#e5e9f0',
];
const [PAPER, INK] = ['#2e3440', '#d8dee9'];

/** A terminal of its own, on which a command of a shell runs. */
export class Terminal {
  #screen;
  #child;
  #ended;

  constructor(command, { columns = 80, rows = 24, env = process.env } = {}) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const script = `stty cols ${columns} rows ${rows}; ${command}`;
    this.#child = spawn('script', ['--quiet', '--flush', '--command', script, '/dev/null'], {
      env: { ...env, TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.on('data', (data) => this.#screen.write(data));
    this.#ended = once(this.#child, 'close');
  }

  type(text) {
    this.#child.stdin.write(text);
  }

  /** Resolves when the screen shows this. */
  async shows(pattern) {
    while (!pattern.test(this.#text())) {
      await new Promise((resolve) => {
        const parsed = this.#screen.onWriteParsed(() => {
          parsed.dispose();
          resolve();
        });
      });
    }
  }

  async end() {
    await this.#ended;
  }

  /** What is on the screen now. */
  svg(title) {
    const { cols, rows } = this.#screen;
    const [width, height] = [2 * MARGIN + cols * CELL.width, 2 * MARGIN + rows * CELL.height];
    const lines = Array.from({ length: rows }, (_, row) => this.#line(row));
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="100%" height="100%" rx="6" fill="${PAPER}"/>`,
      `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${INK}">`,
      ...lines,
      '</g>',
      '</svg>',
      '',
    ]
      .filter((line, index, all) => line !== '' || index === all.length - 1)
      .join('\n');
  }

  /** Each cell at its place, whatever the font's widths: by runs of one colour. */
  #line(row) {
    const line = this.#screen.buffer.active.getLine(row);
    const runs = [];
    for (let column = 0; column < this.#screen.cols; column += 1) {
      const cell = line.getCell(column);
      const colour = cell.isFgPalette() ? COLORS[cell.getFgColor() % COLORS.length] : INK;
      const last = runs.at(-1);
      if (last?.colour === colour) last.text += cell.getChars() || ' ';
      else runs.push({ colour, column, text: cell.getChars() || ' ' });
    }
    const y = MARGIN + (row + 0.8) * CELL.height;
    return runs
      .filter(({ text }) => text.trim() !== '')
      .map(({ colour, column, text }) => {
        const shown = text.trimEnd();
        const x = MARGIN + column * CELL.width;
        const length = shown.length * CELL.width;
        const fill = colour === INK ? '' : ` fill="${colour}"`;
        return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${length.toFixed(1)}"${fill} xml:space="preserve">${escaped(shown)}</text>`;
      })
      .join('\n');
  }

  #text() {
    const { active } = this.#screen.buffer;
    const rows = Array.from({ length: this.#screen.rows }, (_, row) => row);
    return rows.map((row) => active.getLine(row)?.translateToString(true) ?? '').join('\n');
  }
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
