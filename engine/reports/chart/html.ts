import { escapeHtml } from '../../personalization/html';
import type { ChartData } from './chart';
import { count, share } from './figures';
import { chartSvg, labelOf } from './svg';
import { drawable } from './text';

/** Nothing is loaded, sent or run, whatever the labels say. */
const CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE =
	':root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;max-width:760px;margin:24px auto;padding:0 16px}' +
	'body>svg{max-width:100%;height:auto}table{border-collapse:collapse;margin:16px 20px}caption{text-align:left;font-weight:bold}' +
	'th,td{padding:2px 16px 2px 0;text-align:right;vertical-align:top;white-space:nowrap}' +
	'tbody th{font-weight:normal}th:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere}';

/** The chart as a page of its own, with the figures as a table. */
export function chartHtml(data: ChartData): string {
	const title = escapeHtml(drawable(data.title) || 'Bar chart');
	const rows = data.bars.map(
		({ label, people }) =>
			`<tr><th scope="row"><bdi>${escapeHtml(labelOf(label))}</bdi></th><td>${count(people)}</td><td>${escapeHtml(share(people, data.total))}</td></tr>`,
	);
	return [
		'<!doctype html>',
		`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${CSP}">`,
		`<meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body>`,
		chartSvg(data),
		`<table><caption>${title}</caption>`,
		`<thead><tr><th scope="col">Value</th><th scope="col">People</th><th scope="col">Share of ${count(data.total)}</th></tr></thead><tbody>`,
		...rows,
		'</tbody></table></body></html>',
	].join('\n');
}
