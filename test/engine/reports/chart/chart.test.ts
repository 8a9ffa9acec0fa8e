import { PNG } from 'pngjs';

import { chartHtml, chartPng, chartSvg, type ChartData } from '../../../../engine/reports/chart/chart';
import { share } from '../../../../engine/reports/chart/figures';

const cities: ChartData = {
	title: 'People by <city> & "more"',
	total: 1_000,
	bars: [
		{ label: 'Lyon', people: 600 },
		{ label: '<script>alert(1)</script>', people: 300 },
		{ label: 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch', people: 100 },
		{ label: '👩‍👩‍👧'.repeat(40), people: 1 },
		{ label: '\u0000\ud800 ', people: 0 },
	],
};

const barWidths = (svg: string) => [...svg.matchAll(/class="bar" [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
const labelled = (label: string): ChartData => ({ title: 'x', total: 10, bars: [{ label, people: 5 }] });
/** What is drawn beside the only bar. */
const drawnLabel = (svg: string) => /class="label"[^>]*>([^<]*)</.exec(svg)?.[1];

describe('SVG', () => {
	it('has bars as long as they have people, and counts and shares beside them', () => {
		const svg = chartSvg(cities);
		const [first, second, third, fourth, last] = barWidths(svg) as [number, number, number, number, number];
		expect(second / first).toBeCloseTo(0.5, 2);
		expect(third / first).toBeCloseTo(1 / 6, 2);
		expect(fourth).toBe(2);
		expect(last).toBe(0);
		expect(svg).toContain('>600 (60.0 %)<');
	});

	it('escapes titles and labels', () => {
		const svg = chartSvg(cities);
		expect(svg).not.toContain('<script');
		expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;: 300 (30.0 %)');
		expect(svg).toContain('<title>People by &lt;city&gt; &amp; &quot;more&quot;</title>');
	});

	const labels: Array<[string, string, string | RegExp]> = [
		['a short one', 'Lyon', 'Lyon'],
		['a long one', 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch', /^Llanfairpwllgwyng[a-z]{4,12}…$/],
		['wide letters', 'W'.repeat(100), /^W{10,18}…$/],
		['narrow letters', 'i'.repeat(100), /^i{40,60}…$/],
		['ideographs', '漢'.repeat(100), /^漢{10,17}…$/],
		['emoji, none of them cut in two', '👩‍👩‍👧'.repeat(40), /^(👩‍👩‍👧){10,17}…$/u],
		['right to left, ellipsis on the left', 'שלום '.repeat(40), /^[שלום ]+…\u200f$/],
		['nothing', '', '(empty)'],
		['blanks', ' \t\n\u2028\u200b', '(empty)'],
		['controls and half characters', '\u0000\ud800x\u0007\uffff', 'x'],
		['an override of direction', 'abc\u202edef', 'abcdef'],
		['line breaks', 'two\r\nlines', 'two lines'],
		['a pile of marks', `a${'\u0301'.repeat(500)}b`, `a${'\u0301'.repeat(4)}b`],
		['markup written out', '&amp;', '&amp;amp;'],
	];
	it.each(labels)('draws a label of %s', (_name, label, expected) => {
		const drawn = drawnLabel(chartSvg(labelled(label)));
		if (typeof expected === 'string') expect(drawn).toBe(expected);
		else expect(drawn).toMatch(expected);
	});

	it('is small and soon written with a label of megabytes', () => {
		expect(chartSvg(labelled('long '.repeat(1_000_000))).length).toBeLessThan(6_000);
	});

	it('keeps a long title off the total', () => {
		const title = /class="title"[^>]*>([^<]*)</.exec(chartSvg({ ...cities, title: 'word '.repeat(100), total: 98_765_432 }))?.[1];
		expect(title).toMatch(/^(word ){8,12}.*…$/);
	});

	it('says in words that nobody is there', () => {
		expect(chartSvg({ title: 'x', total: 0, bars: [] })).toContain('Nobody is in the segment.');
		expect(chartSvg({ title: '', total: 0, bars: [{ label: 'a', people: 0 }] })).not.toMatch(/NaN|Infinity/);
	});
});

it.each([
	[0, 0, '0.0 %'],
	[0, 10, '0.0 %'],
	[1, 3, '33.3 %'],
	[10, 10, '100.0 %'],
	[1, 1_000_000, '<0.1 %'],
	[5, 10_000, '0.1 %'],
])('%d of %d are %s', (people, total, expected) => {
	expect(share(people, total)).toBe(expected);
});

test('a page of its own has nothing that runs or loads, and a table', () => {
	const html = chartHtml(cities);
	expect(html).toContain(`Content-Security-Policy" content="default-src 'none'`);
	expect(html).not.toMatch(/<script/);
	expect(html).toContain('<caption>People by &lt;city&gt; &amp; &quot;more&quot;</caption>');
	expect(html).toContain('<th scope="row"><bdi>Lyon</bdi></th><td>600</td><td>60.0 %</td>');
	expect(html).toContain('<bdi>Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch</bdi>');
});

describe('PNG', () => {
	/** How many pixels each colour has, and how many of them in the first columns. */
	async function paint(data: ChartData) {
		const { width, height, data: pixels } = PNG.sync.read(await chartPng(data));
		const colours = new Map<string, number>();
		let inMargin = 0;
		for (let at = 0; at < pixels.length; at += 4) {
			const colour = pixels.toString('hex', at, at + 4);
			colours.set(colour, (colours.get(colour) ?? 0) + 1);
			const x = (at / 4) % width;
			if (colour !== 'ffffffff' && (x < 38 || x >= width - 38)) inMargin++;
		}
		return { width, height, colours, inMargin };
	}

	it('has bars of the right size on white, and letters', async () => {
		const { width, height, colours } = await paint(cities);
		expect([width, height]).toEqual([1_520, 2 * (44 + 5 * 26 + 20)]);
		expect(colours.get('ffffffff')).toBeGreaterThan(width * height * 0.4);
		const longest = barWidths(chartSvg(cities))[0] as number;
		// 1 + 1/2 + 1/6 of the longest bar, 16 pixels high, twice in both directions, less the round corners.
		const expected = longest * (1 + 1 / 2 + 1 / 6) * 16 * 4;
		expect(Math.abs((colours.get('4c6fffff') ?? 0) - expected) / expected).toBeLessThan(0.02);
		expect(colours.get('1f2430ff')).toBeGreaterThan(300);
	});

	it('leaves its margins empty, whatever the labels and figures', async () => {
		const labels = ['W'.repeat(100), '😀'.repeat(50), `a${'\u0301'.repeat(500)}`, '漢'.repeat(100), '\ufdfd'.repeat(50), 'M'.repeat(20)];
		const { inMargin } = await paint({ title: 'W'.repeat(200), total: 98_765_432, bars: labels.map((label) => ({ label, people: 98_765_432 })) });
		expect(inMargin).toBe(0);
	});

	it('is painted beside the main thread, many at once', async () => {
		const sizes = await Promise.all([1, 2, 3].map(async (most) => (await paint({ ...cities, bars: cities.bars.slice(0, most) })).height));
		expect(sizes).toEqual([180, 232, 284]);
	});
});
