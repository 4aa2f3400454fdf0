using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Polymath.Learning;

/// <summary>
/// Turns a value written by a person, in a file or on the command line, into JSON of the type that a key wants.
/// </summary>
internal static class RecipeValue
{
    /// <summary>Reads a value of a command-line edit, or returns false.</summary>
    public static bool TryRead(Type type, string text, out JsonNode? value)
    {
        value = null;
        Type? underlying = Nullable.GetUnderlyingType(type);
        if (underlying is not null)
        {
            return text == "null" || TryRead(underlying, text, out value);
        }

        if (type == typeof(string))
        {
            value = JsonValue.Create(text);
        }
        else if (type == typeof(bool))
        {
            value = bool.TryParse(text, out bool truth) ? JsonValue.Create(truth) : null;
        }
        else if (type.IsEnum)
        {
            string? name = Enum.GetNames(type).FirstOrDefault(
                name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = name is null ? null : JsonValue.Create(name);
        }
        else
        {
            value = ReadNumber(type, text);
        }

        return value is not null;
    }

    /// <summary>Reads a value of a file, whose JSON type must fit as well, or returns false.</summary>
    public static bool TryRead(Type type, JsonNode? node, out JsonNode? value)
    {
        value = null;
        if (node is null)
        {
            return Nullable.GetUnderlyingType(type) is not null;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        return node.GetValueKind() switch
        {
            JsonValueKind.String => (type == typeof(string) || type.IsEnum)
                && TryRead(type, node.GetValue<string>(), out value),
            JsonValueKind.True or JsonValueKind.False => type == typeof(bool)
                && TryRead(type, node.ToJsonString(), out value),
            JsonValueKind.Number => type != typeof(string) && !type.IsEnum && type != typeof(bool)
                && TryRead(type, node.ToJsonString(), out value),
            _ => false,
        };
    }

    /// <summary>What a key of the type expects, for a message.</summary>
    public static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            return "one of " + string.Join(", ", Enum.GetNames(type));
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => "text",
            TypeCode.Boolean => "true or false",
            TypeCode.Single or TypeCode.Double => "a number",
            TypeCode.UInt32 or TypeCode.UInt64 => "a whole number, not negative",
            _ => "a whole number",
        };
    }

    // 2e3 and 2000.0 are whole numbers as well, which JSON readers of integers refuse.
    private static JsonValue? ReadNumber(Type type, string text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        TypeCode code = Type.GetTypeCode(type);
        if (code is TypeCode.Single or TypeCode.Double)
        {
            bool isNumber = double.TryParse(text, NumberStyles.Float, culture, out double real);
            bool fits = isNumber && double.IsFinite(code == TypeCode.Single ? (float)real : real);
            return !fits ? null : code == TypeCode.Single ? JsonValue.Create((float)real) : JsonValue.Create(real);
        }

        if (!decimal.TryParse(text, NumberStyles.Float, culture, out decimal number) || number != decimal.Floor(number))
        {
            return null;
        }

        return code switch
        {
            TypeCode.Int32 when number is >= int.MinValue and <= int.MaxValue => JsonValue.Create((int)number),
            TypeCode.Int64 when number is >= long.MinValue and <= long.MaxValue => JsonValue.Create((long)number),
            TypeCode.UInt32 when number is >= 0 and <= uint.MaxValue => JsonValue.Create((uint)number),
            TypeCode.UInt64 when number is >= 0 and <= ulong.MaxValue => JsonValue.Create((ulong)number),
            _ => null,
        };
    }
}
