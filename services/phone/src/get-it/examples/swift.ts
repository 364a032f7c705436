import {scoreThreshold} from '../../gateway/manifest.ts';
import {tfliteName, type Example, type ExampleContext} from './context.ts';

/** iOS with MediaPipe Tasks, which takes the file as it is: labels and input are in its metadata. */
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
