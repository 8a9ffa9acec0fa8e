import { escapeHtml } from '../../personalization/html';
import type { ChartData } from './chart';
import { drawable } from './labels';
import { chartSvg } from './svg';

/** Nothing is loaded and nothing runs, whatever the labels say. */
const CSP = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE =
	':root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;max-width:800px;margin:24px auto;padding:0 16px}' +
	'svg{max-width:100%;height:auto}table{border-collapse:collapse;margin-top:16px}td,th{padding:2px 16px 2px 0;text-align:left}td+td,th+th{text-align:right}';

/** The chart as a page of its own, with the figures as a table. */
export function chartHtml(data: ChartData): string {
	const rows = data.bars.map(({ label, people }) => {
		const percent = data.total === 0 ? 0 : (people / data.total) * 100;
		return `<tr><td><bdi>${escapeHtml(drawable(label))}</bdi></td><td>${people.toLocaleString('en')}</td><td>${percent.toFixed(1)} %</td></tr>`;
	});
	return [
		'<!doctype html>',
		`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${CSP}">`,
		`<meta name="viewport" content="width=device-width"><title>${escapeHtml(drawable(data.title))}</title><style>${STYLE}</style></head><body>`,
		chartSvg(data),
		`<table><thead><tr><th>Value</th><th>People</th><th>Share of ${data.total.toLocaleString('en')}</th></tr></thead><tbody>`,
		...rows,
		'</tbody></table></body></html>',
	].join('\n');
}
