// The floor: what the framework costs by itself.
const functions = require('@google-cloud/functions-framework');

functions.http('cancelOperation', (_request, response) => {
  response.send('Hello, World!');
});
