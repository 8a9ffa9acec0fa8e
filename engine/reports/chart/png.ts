import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { CampaignError } from '../../errors';
import type { ChartData } from './chart';
import { chartSvg } from './svg';

/** The font has no joined emoji; left joined, its boxes for them are painted over each other. */
const JOINED_EMOJI = /(?<=\p{Extended_Pictographic}\ufe0f?)\u200d(?=\p{Extended_Pictographic})/gu;

/**
 * The chart as a PNG picture on white, twice the size of the SVG. It is painted in a thread that lives as long as that
 * takes: painting would hold up n8n for a moment, and nobody else pays for the library and its fonts.
 * Letters that DejaVu Sans has not (Chinese, Japanese, Korean, Indic, Thai) are boxes; SVG and HTML show them.
 * @throws CampaignError `chart_picture` when it cannot be painted
 */
export async function chartPng(data: ChartData): Promise<Buffer> {
	// The extension follows this file: .js in the pack, .ts under a loader that understands it.
	const file = path.join(__dirname, `png-thread${path.extname(__filename)}`);
	const worker = new Worker(file, { workerData: chartSvg(data, { light: true }).replaceAll(JOINED_EMOJI, '') });
	// A thread that ends without a picture would otherwise be waited for.
	const ended = new AbortController();
	worker.once('exit', () => ended.abort());
	try {
		const [png] = (await once(worker, 'message', { signal: ended.signal })) as [Uint8Array];
		return Buffer.from(png);
	} catch (error) {
		throw new CampaignError('chart_picture', `The picture of the chart could not be painted: ${(error as Error).message}`, 'Choose SVG or HTML, or install the pack again.');
	} finally {
		await worker.terminate();
	}
}
