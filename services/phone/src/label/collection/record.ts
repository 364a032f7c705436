/** One photo of the collection, without its pixels. */
import type {Labelling} from '../boxes/labelling.ts';

export interface PhotoRecord {
  readonly id: number;
  /** Of the photo as it is kept: upright, at most MAX_SIDE pixels a side. */
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** SHA-256 of the file it came from, to know it again; null where the browser computes none (plain http). */
  readonly source: string | null;
  readonly labelling: Labelling;
}

/** A photo ready to be kept. */
export interface PreparedPhoto {
  readonly width: number;
  readonly height: number;
  readonly source: string | null;
  /** JPEG files. Bytes and not Blobs: some browsers cannot keep Blobs in private windows. */
  readonly picture: Uint8Array<ArrayBuffer>;
  readonly thumbnail: Uint8Array<ArrayBuffer>;
}
