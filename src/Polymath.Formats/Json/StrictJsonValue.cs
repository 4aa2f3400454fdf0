using System.Text.Json;
using Polymath.Compute;

namespace Polymath.Formats.Json;

/// <summary>
/// One value of a parsed text together with its place, so that each wrong type, missing key or value out of range is
/// an <see cref="InvalidInputException"/> that names source and key.
/// </summary>
public readonly struct StrictJsonValue
{
    private readonly JsonElement _element;
    private readonly JsonLocation _location;

    internal StrictJsonValue(JsonElement element, JsonLocation location)
    {
        _element = element;
        _location = location;
    }

    /// <summary>What kind of value this is.</summary>
    public JsonValueKind Kind => _element.ValueKind;

    /// <summary>Whether this is the literal <c>null</c>.</summary>
    public bool IsNull => Kind == JsonValueKind.Null;

    /// <summary>The value of a key that must be there.</summary>
    public StrictJsonValue this[string key] =>
        TryGet(key, out StrictJsonValue value) ? value : throw Fault($"lacks the key {Quotation.Of(key)}");

    /// <summary>The value of a key that may be missing.</summary>
    public bool TryGet(string key, out StrictJsonValue value)
    {
        Require(JsonValueKind.Object, "an object");
        bool found = _element.TryGetProperty(key, out JsonElement element);
        value = found ? new StrictJsonValue(element, new JsonLocation(_location, key)) : default;
        return found;
    }

    /// <summary>Keys and values of an object, in the order of the text.</summary>
    public IEnumerable<KeyValuePair<string, StrictJsonValue>> Properties()
    {
        Require(JsonValueKind.Object, "an object");
        return Enumerate(_element, _location);

        static IEnumerable<KeyValuePair<string, StrictJsonValue>> Enumerate(JsonElement element, JsonLocation location)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                string key = property.Name;
                yield return new(key, new StrictJsonValue(property.Value, new JsonLocation(location, key)));
            }
        }
    }

    /// <summary>Refuses keys of an object that mean nothing here.</summary>
    /// <param name="known">The keys that do.</param>
    public void RequireOnly(params IReadOnlyList<string> known)
    {
        foreach ((string key, StrictJsonValue _) in Properties())
        {
            if (!known.Contains(key))
            {
                throw Fault($"has the unknown key {Quotation.Of(key)}, expected some of: {string.Join(", ", known)}");
            }
        }
    }

    /// <summary>How many items an array has.</summary>
    public int ItemCount
    {
        get
        {
            Require(JsonValueKind.Array, "an array");
            return _element.GetArrayLength();
        }
    }

    /// <summary>The items of an array, in order.</summary>
    public IEnumerable<StrictJsonValue> Items()
    {
        Require(JsonValueKind.Array, "an array");
        return Enumerate(_element, _location);

        static IEnumerable<StrictJsonValue> Enumerate(JsonElement element, JsonLocation location)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray())
            {
                yield return new StrictJsonValue(item, new JsonLocation(location, index.ToString()));
                index++;
            }
        }
    }

    /// <summary>The text of a string.</summary>
    public string AsString()
    {
        Require(JsonValueKind.String, "a string");
        try
        {
            return _element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault("must be valid text, but holds half of a surrogate pair");
        }
    }

    /// <summary>A whole number within bounds, written without fraction or exponent.</summary>
    public long AsInt64(long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        Require(JsonValueKind.Number, "a whole number");
        if (!_element.TryGetInt64(out long value) || value < minimum || value > maximum)
        {
            throw Fault($"must be a whole number from {minimum} to {maximum}, not {Excerpt()}");
        }

        return value;
    }

    /// <summary>A whole number within bounds, written without fraction or exponent.</summary>
    public int AsInt32(int minimum = int.MinValue, int maximum = int.MaxValue) => (int)AsInt64(minimum, maximum);

    /// <summary>A finite number.</summary>
    public double AsDouble()
    {
        Require(JsonValueKind.Number, "a number");
        return _element.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw Fault($"must be a finite number, not {Excerpt()}");
    }

    /// <summary>The literal <c>true</c> or <c>false</c>.</summary>
    public bool AsBoolean() => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault("must be true or false"),
    };

    /// <summary>An exception that names this value: for rules that only the caller knows.</summary>
    /// <param name="rule">What is wrong, as the rest of a sentence: <c>must be even, not 3</c>.</param>
    public InvalidInputException Fault(string rule) => new($"{_location} {rule}");

    private void Require(JsonValueKind kind, string expected)
    {
        if (Kind != kind)
        {
            throw Fault($"must be {expected}, not {Describe(Kind)}");
        }
    }

    private string Excerpt() => Quotation.Of(_element.GetRawText()).Trim('\'');

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        _ => "null",
    };
}
