import {scoreThreshold} from '../../gateway/manifest.ts';
import {tfliteName, type Example, type ExampleContext} from './context.ts';

/** Android with MediaPipe Tasks, which takes the file as it is: labels and input are in its metadata. */
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
