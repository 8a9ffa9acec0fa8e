import { isRecord, numberOf } from '../values';
import { any, operator } from './operator';
import { PLACE } from './value-kinds';

const EARTH_RADIUS = 6_371_008.8;
const RADIANS = Math.PI / 180;

interface Point {
	lat: number;
	lon: number;
}

/**
 * Within a distance over the ground. A property is a place when it is an object with lat or latitude and lon, lng or
 * longitude, or a text "48.85, 2.35" (latitude first).
 */
export const near = operator({
	name: 'near',
	label: 'Is Near',
	value: PLACE,
	compile: (place) =>
		any((cell) => {
			const point = pointOf(cell);
			return point !== undefined && metresBetween(point, place) <= place.metres;
		}),
	describe: (place) => `is within ${PLACE.words(place)}`,
});

function pointOf(cell: unknown): Point | undefined {
	let pair: unknown[] = [];
	if (isRecord(cell)) pair = [cell.lat ?? cell.latitude, cell.lon ?? cell.lng ?? cell.longitude];
	else if (typeof cell === 'string') pair = cell.split(',');
	if (pair.length !== 2) return undefined;
	const [lat, lon] = pair.map(numberOf);
	if (lat === undefined || lon === undefined || Math.abs(lat) > 90 || Math.abs(lon) > 180) return undefined;
	return { lat, lon };
}

/** Great-circle distance by the haversine formula on a sphere of the earth's mean radius; off by 0.5 % at most. */
export function metresBetween(a: Point, b: Point): number {
	const half = (degrees: number) => Math.sin((degrees * RADIANS) / 2) ** 2;
	const h = half(a.lat - b.lat) + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * half(a.lon - b.lon);
	return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}
