import { readFile } from 'node:fs/promises';

import type { ChartData } from './chart';
import { withoutEmoji } from './labels';
import { chartSvg } from './svg';

const SCALE = 2;
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];

interface Painter {
	Resvg: (typeof import('@resvg/resvg-wasm'))['Resvg'];
	fonts: Uint8Array[];
}

let painter: Promise<Painter> | undefined;

/** The chart as a PNG picture on white, twice the size of the SVG. */
export async function chartPng(data: ChartData): Promise<Buffer> {
	const { Resvg, fonts } = await (painter ??= load());
	const drawn = { ...data, title: withoutEmoji(data.title), bars: data.bars.map((bar) => ({ ...bar, label: withoutEmoji(bar.label) })) };
	const picture = new Resvg(chartSvg(drawn, { background: '#ffffff' }), {
		fitTo: { mode: 'zoom', value: SCALE },
		font: { fontBuffers: fonts, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
	});
	try {
		return Buffer.from(picture.render().asPng());
	} finally {
		picture.free();
	}
}

/** When it is first needed: nobody else pays for it. WebAssembly, so that nothing has to be built where n8n installs. */
async function load(): Promise<Painter> {
	const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
	await initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
	const fonts = await Promise.all(FONTS.map(async (name) => await readFile(require.resolve(`dejavu-fonts-ttf/ttf/${name}`))));
	return { Resvg, fonts };
}
