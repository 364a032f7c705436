/** Examples for the shell. */
import {tfliteName} from '../files/artifacts.ts';
import {fileUrl, type Example, type ExampleContext} from './example.ts';

/** Download the TFLite file, with resume, and verify its checksum. */
export function curlDownload(context: ExampleContext): Example {
  const {path, sha256} = context.tflite;
  const name = tfliteName(context.manifest, path);
  return {
    id: 'curl-download',
    title: 'Download the model, check it',
    language: 'sh',
    needs: '',
    code: `${keyCheck(context)}# Broken off? The same command goes on where it stopped. (416: there was nothing left to fetch.)
curl --fail ${keyHeader(context)}--continue-at - --output ${name} \\
  '${fileUrl(context, path)}'

# Is it exactly the file that was published? (macOS: shasum --algorithm 256 --check)
echo '${sha256}  ${name}' | sha256sum --check`,
  };
}

/** Send a photo, get the detections as JSON. */
export function curlDetect(context: ExampleContext): Example {
  return {
    id: 'curl-detect',
    title: 'Ask the server',
    language: 'sh',
    needs: '',
    code: `${keyCheck(context)}curl --fail-with-body ${keyHeader(context)}--header 'Content-Type: image/jpeg' \\
  --data-binary @photo.jpg '${context.origin}/detect'`,
  };
}

function keyCheck({keys}: ExampleContext): string {
  return keys ? ': "${API_KEY:?First: export API_KEY=your-key}"\n' : '';
}

function keyHeader({keys}: ExampleContext): string {
  return keys ? '--header "Authorization: Bearer $API_KEY" ' : '';
}

/** Make curl, Python and Node trust the server's own certificate authority. */
export function trustAuthority(): Example {
  return {
    id: 'trust',
    title: 'Let programs trust this server',
    language: 'sh',
    needs: '',
    code: `# In this shell: curl, Python and Node accept the server's certificate.
export CURL_CA_BUNDLE="$PWD/pocket-detector-authority.pem"
export SSL_CERT_FILE="$CURL_CA_BUNDLE" NODE_EXTRA_CA_CERTS="$CURL_CA_BUNDLE"`,
  };
}
