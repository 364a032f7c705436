/** Examples for Android (Kotlin) and iOS (Swift) with MediaPipe Tasks. */
import {scoreThreshold} from '../../gateway/manifest.ts';
import {tfliteName} from '../files/artifacts.ts';
import type {Example, ExampleContext} from './example.ts';

/** Android: MediaPipe Tasks reads labels and input from the file's metadata. */
export function kotlinMediaPipe(context: ExampleContext): Example {
  const file = tfliteName(context.manifest, context.tflite.path);
  return {
    id: 'kotlin-mediapipe',
    title: 'Android, on the device',
    language: 'kotlin',
    needs: `app/build.gradle.kts: implementation("com.google.mediapipe:tasks-vision:latest.release")
app/src/main/assets/${file}: the file from above`,
    code: `import android.content.Context
import android.graphics.Bitmap
import android.graphics.ImageDecoder
import android.graphics.RectF
import android.net.Uri
import com.google.mediapipe.framework.image.BitmapImageBuilder
import com.google.mediapipe.tasks.core.BaseOptions
import com.google.mediapipe.tasks.vision.core.RunningMode
import com.google.mediapipe.tasks.vision.objectdetector.ObjectDetector

/** One object; the box is in pixels of the upright photo. */
data class Found(val label: String, val score: Float, val box: RectF)

class PocketDetector(context: Context) : AutoCloseable {
    private val detector = ObjectDetector.createFromOptions(
        context,
        ObjectDetector.ObjectDetectorOptions.builder()
            .setBaseOptions(BaseOptions.builder().setModelAssetPath("${file}").build())
            .setRunningMode(RunningMode.IMAGE)
            .setScoreThreshold(${scoreThreshold(context.manifest)}f) // this version's own; a lower one shows more
            .build(),
    )

    /** Best first. Takes a while: call it off the main thread. */
    fun detect(photo: Bitmap): List<Found> =
        detector.detect(BitmapImageBuilder(photo).build()).detections().map {
            val best = it.categories().first()
            Found(best.categoryName(), best.score(), it.boundingBox())
        }

    override fun close() = detector.close()
}

/** A photo upright, as MediaPipe needs it: ImageDecoder (Android 9 and later) turns it as EXIF says. */
fun readPhoto(context: Context, photo: Uri): Bitmap =
    ImageDecoder.decodeBitmap(ImageDecoder.createSource(context.contentResolver, photo)) { decoder, _, _ ->
        decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
    }.copy(Bitmap.Config.ARGB_8888, false)`,
  };
}

/** iOS: MediaPipe Tasks reads labels and input from the file's metadata. */
export function swiftMediaPipe(context: ExampleContext): Example {
  const file = tfliteName(context.manifest, context.tflite.path);
  const stem = file.slice(0, -'.tflite'.length);
  return {
    id: 'swift-mediapipe',
    title: 'iOS, on the device',
    language: 'swift',
    needs: `Podfile: pod 'MediaPipeTasksVision'
${file}: add it to the app's target`,
    code: `import MediaPipeTasksVision
import UIKit

/// One object; the box is in pixels of the upright photo.
struct Found {
    let label: String
    let score: Float
    let box: CGRect
}

final class PocketDetector {
    private let detector: ObjectDetector

    init() throws {
        guard let path = Bundle.main.path(forResource: "${stem}", ofType: "tflite") else {
            throw CocoaError(.fileNoSuchFile)
        }
        let options = ObjectDetectorOptions()
        options.baseOptions.modelAssetPath = path
        options.runningMode = .image
        options.scoreThreshold = ${scoreThreshold(context.manifest)} // this version's own; a lower one shows more
        detector = try ObjectDetector(options: options)
    }

    /// Best first. Takes a while: call it off the main thread.
    func detect(_ photo: UIImage) throws -> [Found] {
        let image = try MPImage(uiImage: upright(photo))
        return try detector.detect(image: image).detections.compactMap { detection in
            guard let best = detection.categories.first else { return nil }
            return Found(label: best.categoryName ?? "", score: best.score, box: detection.boundingBox)
        }
    }

    /// Drawn anew: otherwise boxes count from the corner of the sensor, not of the photo as it is seen.
    private func upright(_ photo: UIImage) -> UIImage {
        let format = UIGraphicsImageRendererFormat()
        format.scale = photo.scale
        format.preferredRange = .standard
        return UIGraphicsImageRenderer(size: photo.size, format: format).image { _ in
            photo.draw(at: .zero)
        }
    }
}`,
  };
}
