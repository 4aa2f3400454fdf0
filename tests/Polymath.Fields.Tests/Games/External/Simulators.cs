namespace Polymath.Fields.Tests.Games.External;

/// <summary>Simulators as shell scripts, each with the file that describes it.</summary>
internal static class Simulators
{
    /// <summary>A corridor of five places: its right end earns a point and the episode is over.</summary>
    public const string Corridor = Head + """
        '{"act":'*) step; answer ;;
        """ + Tail;

    /// <summary>The corridor, seen as base64.</summary>
    public const string CorridorInBytes = Head + """
        '{"act":'*) step; place=5; echo '{"reward":0,"end":false,"seen":"AP8AMwA="}' ;;
        """ + Tail;

    /// <summary>The corridor, whose program dies at the third step ever.</summary>
    public const string DiesOnce = Head + """
        '{"act":'*) echo >> steps; if [ "$(wc -l < steps)" = 3 ]; then echo "out of luck" >&2; exit 7; fi; step; answer ;;
        """ + Tail;

    /// <summary>The corridor, whose program dies at every third place.</summary>
    public const string AlwaysDies = Head + """
        '{"act":'*) step; if [ $place = 2 ]; then echo "out of luck" >&2; exit 7; fi; answer ;;
        """ + Tail;

    /// <summary>A corridor in which the same seed does not begin at the same place.</summary>
    public const string Forgetful = """
        #!/bin/bash
        while read -r line; do
          case $line in
            '{"polymath":1}') echo '{"side":1,"channels":1,"actions":["left","right"]}' ;;
            '{"start":'*) echo >> starts; echo "{\"seen\":[$(wc -l < starts)]}" ;;
          esac
        done
        """;

    private const string Head = """
        #!/bin/bash
        see() { local s=(0 0 0 0 0); s[$1]=1; local IFS=,; echo "[${s[*]}]"; }
        step() {
          a=${line//[^0-9]/}
          if [ "$a" = 1 ]; then place=$((place + 1)); elif [ $place -gt 0 ]; then place=$((place - 1)); fi
        }
        answer() {
          if [ $place = 4 ]; then r=1 end=true; else r=0 end=false; fi
          echo "{\"reward\":$r,\"end\":$end,\"seen\":$(see $place)}"
        }
        while read -r line; do
          case $line in
            '{"polymath":1}') echo '{"side":1,"channels":5,"actions":["left","right"]}' ;;
            '{"start":'*) place=0; echo "{\"seen\":$(see 0)}" ;;

        """;

    private const string Tail = """

          esac
        done
        """;

    /// <summary>One that answers whatever is asked with the same line, and with another after an action.</summary>
    public static string Saying(string greeting, string atStart = "", string atAction = "") => $$"""
        #!/bin/bash
        while read -r line; do
          case $line in
            '{"polymath":1}') {{greeting}} ;;
            '{"start":'*) {{(atStart.Length == 0 ? ":" : atStart)}} ;;
            *) {{(atAction.Length == 0 ? ":" : atAction)}} ;;
          esac
        done
        """;
}
