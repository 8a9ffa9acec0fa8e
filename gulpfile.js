const { dest, parallel, src } = require('gulp');

/** Icons, codex files and whatever else lies beside nodes and credentials, to where n8n looks for them. */
function assets() {
	return src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.{svg,png}'], { base: '.', encoding: false }).pipe(dest('dist'));
}

exports.assets = assets;
exports.default = parallel(assets);
