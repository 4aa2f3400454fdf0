using System.Text;

namespace Polymath.Formats.Json;

/// <summary>Where a value stands: the source and the keys that lead to it, spelt out only for a message.</summary>
internal sealed class JsonLocation
{
    private readonly JsonLocation? _parent;
    private readonly string _key;

    /// <summary>The root of a text.</summary>
    public JsonLocation(string source)
    {
        _key = source;
    }

    /// <summary>A key of an object or an index of an array.</summary>
    public JsonLocation(JsonLocation parent, string key)
    {
        _parent = parent;
        _key = key;
    }

    /// <summary>For example <c>config.json: key 'rope_scaling' / 'type'</c>.</summary>
    public override string ToString()
    {
        List<string> keys = [];
        JsonLocation location = this;
        for (; location._parent is not null; location = location._parent)
        {
            keys.Add(location._key);
        }

        StringBuilder text = new($"{location._key}: ");
        text.Append(keys.Count == 0 ? "the root" : "key ");
        for (int i = keys.Count - 1; i >= 0; i--)
        {
            text.Append(Quotation.Of(keys[i])).Append(i > 0 ? " / " : "");
        }

        return text.ToString();
    }
}
