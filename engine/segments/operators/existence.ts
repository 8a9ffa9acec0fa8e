import { operator } from './operator';
import { NOTHING } from './value-kinds';

export const exists = operator({
	name: 'exists',
	label: 'Exists',
	value: NOTHING,
	compile: () => (present) => present.length > 0,
	describe: () => 'exists',
});

export const notExists = operator({
	name: 'not_exists',
	label: 'Does Not Exist',
	value: NOTHING,
	compile: () => (present) => present.length === 0,
	describe: () => 'does not exist',
});
