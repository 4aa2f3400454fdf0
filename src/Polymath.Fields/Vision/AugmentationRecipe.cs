namespace Polymath.Fields.Vision;

/// <summary>How training images are varied, so that the network learns what does not matter.</summary>
public sealed record AugmentationRecipe
{
    /// <summary>The most pixels by which an image is moved in each direction; its edges are repeated.</summary>
    public int Shift { get; init; }

    /// <summary>Whether half of the images are mirrored; null: where the data allow it.</summary>
    public bool? Flip { get; init; }

    /// <summary>The side in pixels of the square that is blanked (DeVries and Taylor, 2017); 0: none.</summary>
    public int CutOut { get; init; }

    /// <summary>
    /// The α of the Beta distribution by which pairs of images and their labels are mixed (Zhang et al., 2018); 0: not at
    /// all.
    /// </summary>
    public float Mixup { get; init; }

    /// <summary>The share of a label's weight that is spread over all classes (Szegedy et al., 2016).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    public void Validate(string key, ICollection<string> errors)
    {
        Range("shift", Shift, 0, 64);
        Range("cutOut", CutOut, 0, 512);
        Range("mixup", Mixup, 0, 10);
        Range("labelSmoothing", LabelSmoothing, 0, 0.9f);

        void Range(string name, float value, float low, float high)
        {
            if (!(value >= low && value <= high))
            {
                errors.Add($"{key}.{name} is {value}, expected {low} to {high}");
            }
        }
    }
}
