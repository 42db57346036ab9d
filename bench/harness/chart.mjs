import { parse, View } from 'vega';
import { compile } from 'vega-lite';

const scales = {
  'one-way': { title: 'messages a second', value: (time) => 1 / time },
  'round-trip': { title: 'microseconds', value: (time) => time * 1e6 },
};

function specification({ name, kind, rows, pinned }) {
  const { title, value } = scales[kind];
  const values = rows
    .filter((row) => row.median !== undefined)
    .map((row) => {
      const [first, last] = row.spread.map(value);
      return {
        name: row.name,
        kind: row.kind,
        value: value(row.median),
        least: Math.min(first, last),
        most: Math.max(first, last),
      };
    });
  return {
    title: pinned ? `${name}, pinned` : name,
    width: 480,
    height: { step: 18 },
    background: 'white',
    data: { values },
    encoding: {
      y: { field: 'name', type: 'nominal', title: null, sort: null, axis: { labelLimit: 300 } },
    },
    layer: [
      {
        mark: 'bar',
        encoding: {
          x: { field: 'value', type: 'quantitative', title },
          color: {
            field: 'kind',
            type: 'nominal',
            title: null,
            scale: { domain: ['ours', 'rival', 'limit'], range: ['#2a7ab9', '#b9b9b9', '#e0a030'] },
          },
        },
      },
      {
        mark: { type: 'rule', color: '#333333' },
        encoding: { x: { field: 'least', type: 'quantitative' }, x2: { field: 'most' } },
      },
    ],
  };
}

/** One comparison as an SVG picture: medians as bars, the spread as lines. */
export async function draw(comparison) {
  const view = new View(parse(compile(specification(comparison)).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

export function fileName({ name, pinned }) {
  return `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}${pinned ? '-pinned' : ''}.svg`;
}
