import { contenders } from './contenders.ts';
import { levelOf, measuredOf, type Results } from './results.ts';
import { median } from './stats.ts';

type Panel = { title: string; unit: string; values: number[] };

const WIDTH = 920;
const MARGIN = 28;
const HEADER = 74;
const PANEL = { width: (WIDTH - 3 * MARGIN) / 2, head: 46, gap: 26 };
const ROW = 24;
const BAR = { left: 176, height: 14, valueRoom: 52 };

/** The ground is the chart's own: a page's theme and the reader's system need not agree. */
const STYLE = `
  svg { --ground: #ffffff; --edge: #d8dee4; --text: #1f2328; --quiet: #59636e; --peer: #a9b4c0; --own: #1a73e8; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --edge: #30363d; --text: #e6edf3; --quiet: #9198a1; --peer: #4a5563; --own: #6ea8fe; }
  }
  text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; fill: var(--text); font-size: 12.5px; }
  .title { font-size: 18px; font-weight: 600; }
  .head { font-size: 14px; font-weight: 600; }
  .quiet { fill: var(--quiet); }
  .ground { fill: var(--ground); stroke: var(--edge); }
  .peer { fill: var(--peer); }
  .own { fill: var(--own); }
  .bold { font-weight: 600; }
  .value { font-variant-numeric: tabular-nums; }`;

/** Draws the chart of a run as SVG: four figures, one bar each function, readable on light and on dark ground. */
export function chart(results: Results): string {
  const shown = contenders.filter(({ id }) => measuredOf(results, id) !== undefined);
  const each = (value: (id: string) => number[]) => shown.map(({ id }) => median(value(id)));
  const panels: Panel[] = [
    {
      title: 'Cold start',
      unit: 'spawn to first finished cancellation, ms',
      values: each((id) => measuredOf(results, id)?.cancellation ?? []),
    },
    {
      title: 'CPU time',
      unit: 'per warm cancellation, 20 in parallel, µs',
      values: each((id) => levelOf(results, id, 0, 20)?.cpu ?? []),
    },
    {
      title: 'Slowest in a hundred',
      unit: 'p99, 20 in parallel, ms',
      values: each((id) => levelOf(results, id, 0, 20)?.p99 ?? []),
    },
    {
      title: 'Memory',
      unit: 'peak after 2,000 cancellations, MiB',
      values: each((id) => measuredOf(results, id)?.peakMemory ?? []),
    },
  ];
  const panelHeight = PANEL.head + shown.length * ROW;
  const height = HEADER + 2 * panelHeight + PANEL.gap + MARGIN;
  const drawn = panels.map((panel, index) => {
    const x = MARGIN + (index % 2) * (PANEL.width + MARGIN);
    const y = HEADER + Math.floor(index / 2) * (panelHeight + PANEL.gap);
    return `<g transform="translate(${x} ${y})">${drawPanel(panel, shown)}</g>`;
  });
  const label = 'What one cancellation costs, compared with other ways to write the function; less is better';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${label}">
<style>${STYLE}
</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>
<text class="title" x="${MARGIN}" y="38">What one cancellation costs</text>
<text class="quiet" x="${MARGIN}" y="58">${escapeXml(`Less is better. Medians, ${results.date}, Node.js ${results.node}, ${results.machine}.`)}</text>
${drawn.join('\n')}
</svg>
`;
}

function drawPanel(panel: Panel, shown: readonly { id: string; label: string }[]): string {
  const longest = Math.max(...panel.values);
  const scale = (PANEL.width - BAR.left - BAR.valueRoom) / longest;
  const bars = shown.map(({ id, label }, index) => {
    const value = panel.values[index] ?? Number.NaN;
    const own = id === 'ours';
    const y = PANEL.head + index * ROW;
    const width = (value * scale).toFixed(1);
    const text = y + BAR.height - 2.5;
    return [
      `<text class="${own ? 'bold' : 'quiet'}" x="${BAR.left - 10}" y="${text}" text-anchor="end">${escapeXml(label)}</text>`,
      `<rect class="${own ? 'own' : 'peer'}" x="${BAR.left}" y="${y}" width="${width}" height="${BAR.height}" rx="2"/>`,
      `<text class="value${own ? ' bold' : ''}" x="${(BAR.left + value * scale + 7).toFixed(1)}" y="${text}">${thousands(value)}</text>`,
    ].join('');
  });
  const head = `<text class="head" y="14">${escapeXml(panel.title)}</text><text class="quiet" y="32">${escapeXml(panel.unit)}</text>`;
  return head + bars.join('');
}

function thousands(value: number): string {
  return Number.isNaN(value) ? '' : value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
