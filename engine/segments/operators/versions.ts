import { textOf } from '../values';
import { any, operator, type ValuesTest } from './operator';
import { VERSION } from './value-kinds';
import { compareVersions, parseVersion, type Version } from './version-order';

function anyVersion(value: string | number, test: (order: number) => boolean): ValuesTest {
	const wanted = parseVersion(textOf(value)) as Version;
	return any((cell) => {
		const version = typeof cell === 'boolean' ? undefined : parseVersion(textOf(cell));
		return version !== undefined && test(compareVersions(version, wanted));
	});
}

export const versionGreaterThan = operator({
	name: 'version_greater_than',
	label: 'Is a Version Greater Than',
	value: VERSION,
	compile: (value) => anyVersion(value, (order) => order > 0),
	describe: (value) => `is a version greater than ${VERSION.words(value)}`,
});

export const versionLessThan = operator({
	name: 'version_less_than',
	label: 'Is a Version Less Than',
	value: VERSION,
	compile: (value) => anyVersion(value, (order) => order < 0),
	describe: (value) => `is a version less than ${VERSION.words(value)}`,
});
