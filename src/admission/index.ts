export { type Admission, type AdmissionEvent, type Guard, mutate, validate } from './admit.ts';
