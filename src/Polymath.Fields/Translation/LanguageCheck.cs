namespace Polymath.Fields.Translation;

/// <summary>Whether a text can be of a language: by its script, and for Latin script by the commonest little words.</summary>
public static class LanguageCheck
{
    // Texts of fewer little words than this of another language say nothing.
    private const int Evidence = 2;

    // The commonest words that these languages do not share; a word in several of them says nothing about which.
    private static readonly Dictionary<string, HashSet<string>> Words = new()
    {
        ["en"] = Set("the of and is to that are was with this be not for from have can cannot by an it will must when"),
        ["es"] = Set("el los las del y que es una con para por se al como pero más está puede ha lo su debe cuando"),
        ["fr"] = Set("le les des et est une pour dans du au aux avec sur ce cette pas ne qui être sont vous doit peut à"),
        ["de"] = Set("der das und ist nicht ein eine den dem von mit für auf im wird zu werden sie oder sich kann wurde muss"),
        ["it"] = Set("il gli della di che è una per con non sono nel dei questo essere alla più si può deve"),
        ["pt"] = Set("o os do da uma não para com em por é são ao dos das foi que pode deve seu"),
        ["nl"] = Set("het een van en is niet de voor met op te zijn dat aan wordt worden kan"),
        ["pl"] = Set("nie jest się na do że dla lub z w przez być można"),
        ["cs"] = Set("není je se na že pro nebo z v při být který lze"),
        ["da"] = Set("og er ikke det til af en med som kan fra på bliver"),
    };

    private enum Script
    {
        Latin,
        Cyrillic,
        Greek,
        Korean,
        Japanese,
        Han,
    }

    /// <summary>Whether nothing speaks against the language; unknown tags are believed.</summary>
    public static bool CanBe(string text, string tag)
    {
        string language = tag.Split('-', '@')[0];
        return HasScriptOf(text, language) && !IsOther(text, language);
    }

    private static bool IsOther(string text, string language)
    {
        if (!Words.TryGetValue(language, out HashSet<string>? own))
        {
            return false;
        }

        string[] words = Placeholders.Remove(text).ToLowerInvariant()
            .Split([' ', '\t', '\n', '\r', '.', ',', ';', ':', '(', ')', '"', '\'', '\u2019'], StringSplitOptions.RemoveEmptyEntries);
        int found = words.Count(own.Contains);
        return Words.Any(other => other.Key != language
            && words.Count(word => other.Value.Contains(word) && !own.Contains(word)) >= found + Evidence + (found > 0 ? found : 0));
    }

    // A third of the letters is enough: technical texts quote names in Latin letters.
    private static bool HasScriptOf(string text, string language)
    {
        Script expected = language switch
        {
            "ru" or "uk" or "bg" or "sr" or "be" or "mk" => Script.Cyrillic,
            "el" => Script.Greek,
            "ko" => Script.Korean,
            "ja" => Script.Japanese,
            "zh" => Script.Han,
            _ => Script.Latin,
        };
        if (language is "sr" or "ar" or "he" or "hi" or "th" or "fa")
        {
            return true;
        }

        int letters = 0, fitting = 0, foreign = 0;
        foreach (char character in Placeholders.Remove(text))
        {
            if (char.IsLetter(character))
            {
                letters++;
                Script script = ScriptOf(character);
                fitting += script == expected || (expected == Script.Japanese && script == Script.Han) ? 1 : 0;
                foreign += script == Script.Latin ? 0 : 1;
            }
        }

        return letters == 0 || (expected == Script.Latin ? 3 * foreign <= letters : fitting > 0);
    }

    private static Script ScriptOf(char character) => character switch
    {
        >= '\u0400' and <= '\u052F' => Script.Cyrillic,
        >= '\u0370' and <= '\u03FF' => Script.Greek,
        (>= '\uAC00' and <= '\uD7AF') or (>= '\u1100' and <= '\u11FF') => Script.Korean,
        >= '\u3040' and <= '\u30FF' => Script.Japanese,
        >= '\u3400' and <= '\u9FFF' => Script.Han,
        _ => Script.Latin,
    };

    private static HashSet<string> Set(string words) => [.. words.Split(' ')];
}
