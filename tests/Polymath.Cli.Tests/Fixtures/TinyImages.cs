using Polymath.Compute;
using Polymath.Formats.Images;

namespace Polymath.Cli.Tests.Fixtures;

/// <summary>
/// Stripes in a folder for each of their three directions, as PNG files of mixed sizes and modes, and the settings of a
/// network that learns them in a moment. What tells them apart is neither brightness nor colour nor place.
/// </summary>
internal static class TinyImages
{
    /// <summary>The folder's name.</summary>
    public const string FolderName = "stripes";

    private const int ImagesOfClass = 60;

    private static readonly PngColour[] Modes = [PngColour.Grey, PngColour.Rgb, PngColour.Rgba];

    private static readonly (string Name, int X, int Y)[] Classes = [("across", 0, 1), ("down", 1, 0), ("slanted", 1, 1)];

    /// <summary>Writes the folder.</summary>
    public static void Write(Workplace place)
    {
        foreach ((string name, int x, int y) in Classes)
        {
            Directory.CreateDirectory(place[FolderName, name]);
            for (int number = 0; number < ImagesOfClass; number++)
            {
                place.Write(Path.Combine(FolderName, name, $"{number:00}.png"), Draw(number, x, y));
            }
        }
    }

    /// <summary>The command line that trains a network of one narrow layer; it ends with settings, and more may follow.</summary>
    public static string[] Train(string data, string folder, int steps, string threads = "1") =>
    [
        "train", "vision", data, "--out", folder, "--budget", $"{steps}steps", "--threads", threads, "--set",
        "network.layerCount=1", "network.width=32", "network.headCount=2", "batchSize=16", "imageSide=12", "patch.size=4",
        "patch.stemChannels=8", "augmentation.flip=false", "learning.examineEverySteps=30", "channelCount=3", "augmentation.labelSmoothing=0",
        "learning.learningRate=0.01", "learning.muonLearningRate=0.03",
    ];

    private static byte[] Draw(int number, int directionX, int directionY)
    {
        var random = new RandomStream(1, RandomStream.StreamOf($"{directionX}{directionY}"), number);
        PngColour colour = Modes[number % Modes.Length];
        int channels = colour switch { PngColour.Grey => 1, PngColour.Rgb => 3, _ => 4 };
        int side = 12 + (int)random.NextBelow(8), phase = (int)random.NextBelow(4), light = 120 + (int)random.NextBelow(100);
        byte[] pixels = new byte[side * side * channels];
        for (int index = 0; index < pixels.Length; index++)
        {
            int place = (index / channels % side * directionX) + (index / channels / side * directionY) + phase;
            int value = place % 4 < 2 ? light : 30;
            pixels[index] = (byte)(index % channels == 3 ? 255 : Math.Clamp(value + (int)random.NextBelow(40), 0, 255));
        }

        using var stream = new MemoryStream();
        PngWriter.Write(stream, side, side, colour, pixels);
        return stream.ToArray();
    }
}
