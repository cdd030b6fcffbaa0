/*
 * Run before what needs Node.js 24, by a Node.js of any age: says what to do instead of failing on what it cannot
 * read.
 */
'use strict';

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Node.js 24 or later is needed, and this is ${process.versions.node}: run \`npm run postinstall\`, which brings ` +
      'it for this folder alone, or install it from https://nodejs.org.',
  );
  process.exit(1);
}
