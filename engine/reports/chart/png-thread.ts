import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** Paints one SVG, and ends. WebAssembly, so that nothing has to be built where n8n installs. */
const SCALE = 2;
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
const FONT = 'DejaVu Sans';

async function paint(svg: string): Promise<Uint8Array> {
	const [wasm, ...fontBuffers] = await Promise.all(['@resvg/resvg-wasm/index_bg.wasm', ...FONTS.map((name) => `dejavu-fonts-ttf/ttf/${name}`)].map(async (file) => await readFile(require.resolve(file))));
	await initWasm(wasm as Buffer);
	const picture = new Resvg(svg, { fitTo: { mode: 'zoom', value: SCALE }, font: { fontBuffers, defaultFontFamily: FONT, sansSerifFamily: FONT } });
	return picture.render().asPng();
}

void paint(workerData as string).then((png) => parentPort?.postMessage(png));
