// The yardstick: Fastify 5 that parses the review with its own parser and allows everything.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const [port, cert, key] = process.argv.slice(2);
const app = Fastify({ https: { cert: readFileSync(cert), key: readFileSync(key) }, bodyLimit: 16 * 1024 * 1024, logger: false });
app.post('/validate', (request) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: { uid: request.body.request.uid, allowed: true },
}));
await app.listen({ port: Number(port), host: '127.0.0.1' });
console.log('ready');
