// As most would write it: google-auth-library makes the calls, zod checks the body, both loaded as npm installs them.
const functions = require('@google-cloud/functions-framework');
const { GoogleAuth } = require('google-auth-library');
const z = require('zod');

const api = process.env.DATASTREAM_ENDPOINT;
const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
const Command = z.strictObject({
  name: z.string().regex(/^projects\/[a-z0-9-]+\/locations\/[a-z0-9-]+\/operations\/[\w.~-]+$/),
  reason: z.string().min(1).max(256).optional(),
  validateOnly: z.boolean().default(false),
  wait: z
    .string()
    .regex(/^\d+(\.\d+)?s$/)
    .optional(),
});

functions.http('cancelOperation', async (request, response) => {
  const command = Command.safeParse(request.body);
  if (!command.success) {
    response.status(400).json(command.error.issues);
    return;
  }
  const url = `${api}/v1/${command.data.name}`;
  await auth.request({ url });
  await auth.request({ url: `${url}:cancel`, method: 'POST' });
  response.json((await auth.request({ url })).data);
});
