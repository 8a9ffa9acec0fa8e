import { inflateSync } from 'node:zlib';

import { chartHtml, chartPng, chartSvg, type ChartData } from '../../../../engine/reports/chart/chart';

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

interface Colours {
	width: number;
	height: number;
	pixels: Map<string, number>;
	/** Of the leftmost pixels alone. */
	margin: Map<string, number>;
}

/** Colours of a PNG of 8-bit RGBA: how many pixels each has. */
function coloursOf(png: Buffer): Colours {
	const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
	const parts: Buffer[] = [];
	for (let at = 8; at < png.length; ) {
		const length = png.readUInt32BE(at);
		if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
		at += length + 12;
	}
	const raw = inflateSync(Buffer.concat(parts));
	const [pixels, margin] = [new Map<string, number>(), new Map<string, number>()];
	const stride = width * 4;
	let above: Buffer = Buffer.alloc(stride);
	for (let row = 0; row < height; row++) {
		const line = unfiltered(raw.subarray(row * (stride + 1), (row + 1) * (stride + 1)), above);
		for (let x = 0; x < stride; x += 4) {
			const colour = line.toString('hex', x, x + 3);
			pixels.set(colour, (pixels.get(colour) ?? 0) + 1);
			if (x < 4 * 8) margin.set(colour, (margin.get(colour) ?? 0) + 1);
		}
		above = line;
	}
	return { width, height, pixels, margin };
}

/** The filters of PNG (RFC 2083, section 6), four bytes a pixel. */
function unfiltered(line: Buffer, above: Buffer): Buffer {
	const filter = line[0] as number;
	const out = Buffer.from(line.subarray(1));
	for (let index = 0; index < out.length; index++) {
		const [left, up, corner] = [index >= 4 ? (out[index - 4] as number) : 0, above[index] as number, index >= 4 ? (above[index - 4] as number) : 0];
		const near = left + up - corner;
		const [a, b, c] = [Math.abs(near - left), Math.abs(near - up), Math.abs(near - corner)];
		const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
		const guess = [0, left, up, (left + up) >> 1, paeth][filter] as number;
		out[index] = ((out[index] as number) + guess) & 255;
	}
	return out;
}

const widths = (svg: string) => [...svg.matchAll(/class="bar" [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));

test('bars are as long as they have people, and texts are escaped', () => {
	const svg = chartSvg(cities);
	const [first, second, third, fourth, last] = widths(svg) as [number, number, number, number, number];
	expect(second / first).toBeCloseTo(0.5, 2);
	expect(third / first).toBeCloseTo(1 / 6, 2);
	expect(fourth).toBe(2);
	expect(last).toBe(0);
	expect(svg).not.toMatch(/<script|\u0000/);
	expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;: 300 (30.0 %)');
	expect(svg).toContain('(empty)');
	expect(svg).toMatch(/>Llanfairpwllgwyngyll\w+…</);
	// No part of an emoji is left behind.
	expect(svg).toMatch(/>(?:👩‍👩‍👧){5,}…</u);
});

test.each([
	['of common length', 'A label of common length'],
	['of wide letters', 'W'.repeat(28)],
	['of emoji', '🎉'.repeat(28)],
	['of Chinese', '东京都'.repeat(9)],
	['of capitals', 'KLANTENSEGMENT BUITENLAND 2026'],
])('a label %s begins on the picture', async (_, label) => {
	const { margin } = coloursOf(await chartPng({ title: '', total: 1, bars: [{ label, people: 1 }] }));
	expect([...margin.keys()]).toEqual(['ffffff']);
});

test('labels cannot turn the direction of what surrounds them', () => {
	const bars = [{ label: '\u202egnp.exe\u2066', people: 1 }];
	for (const drawn of [chartSvg({ title: '\u202e', total: 1, bars }), chartHtml({ title: '\u202e', total: 1, bars })]) expect(drawn).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
});

test('nobody is said in words', () => {
	expect(chartSvg({ title: 'x', total: 0, bars: [] })).toContain('Nobody is in the segment.');
	expect(chartSvg({ title: 'x', total: 0, bars: [{ label: 'a', people: 0 }] })).not.toMatch(/NaN|Infinity/);
});

test('a page of its own has nothing that runs or loads', () => {
	const html = chartHtml(cities);
	expect(html).toContain(`Content-Security-Policy" content="default-src 'none'`);
	expect(html).not.toMatch(/<script/);
	expect(html).toContain('<td><bdi>Lyon</bdi></td><td>600</td><td>60.0 %</td>');
});

test('a PNG has bars of the right size on white', async () => {
	const { width, height, pixels } = coloursOf(await chartPng(cities));
	expect([width, height]).toEqual([1_520, 2 * (44 + 5 * 26 + 20)]);
	expect(pixels.get('ffffff')).toBeGreaterThan(width * height * 0.5);
	const longest = widths(chartSvg(cities))[0] as number;
	// 1 + 1/2 + 1/6 of the longest bar, 16 pixels high, twice in both directions, less the round corners.
	const expected = longest * (1 + 1 / 2 + 1 / 6) * 16 * 4;
	expect(Math.abs((pixels.get('4c6fff') ?? 0) - expected) / expected).toBeLessThan(0.02);
	// Letters are there: the font was found.
	expect(pixels.get('1f2430')).toBeGreaterThan(300);
}, 30_000);
