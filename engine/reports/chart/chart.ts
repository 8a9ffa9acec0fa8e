/** What a bar chart shows; at most some forty bars, in the order in which they are drawn. */
export interface ChartData {
	title: string;
	/** What the percentages are of. */
	total: number;
	bars: Array<{ label: string; people: number }>;
}

export { chartHtml } from './html';
export { chartPng } from './png';
export { chartSvg } from './svg';
