"""Words for systems, for what they do and for what follows from it."""

import re

KIND = (
    r"(?:chatbots?|models?|AI (?:systems?|tools?|agents?|assistants?|models?)|algorithms?|"
    r"assistants?|autopilot|robotaxis?|recogni[sz]er|(?:recognition|detection|driving|"
    r"recommendation|scoring|translation|moderation|hiring|screening) (?:systems?|software|"
    r"technology|tools?|algorithms?)|classifiers?|deepfakes?|image generators?|"
    r"voice (?:clones?|assistants?)|coding agents?|agents?|bots?|systems?|software|robots?|"
    r"automated \w+|AI(?! [A-Z]))"
)
KNOWN = (
    r"(?:ChatGPT|GPT-?\d\w*|Claude(?: [\d.]+)?|Gemini|Llama[ -]?\d*|Grok|Copilot|DeepSeek\S*|"
    r"Qwen\S*|Bard|Midjourney|DALL-?E|Stable Diffusion|Sora|Siri|Alexa|Autopilot|COMPAS|Replit)"
)
DOING = re.compile(
    r"\b(?:refus|declin|reject|generat|produc|creat|fabricat|hallucinat|invent|recommend|advis|"
    r"suggest|told|tell|gave|give|g[ai]v|claim|assert|misidentif|misclassif|mistak|match|flag|den[iy]|"
    r"block|approv|leak|disclos|expos|reveal|insert|delet|execut|transfer|drove|driv|hit|str[iu]ck|"
    r"fail|ignor|crash|attack|impersonat|deceiv|lie[ds]?\b|manipulat|encourag|answer|respond|behav|"
    r"misbehav|began|begin|start|scor|rank|rat(?:ed|es)\b|translat|accus|link|cit(?:ed|es)\b|post|"
    r"sent|wrote|swerv|kill|injur|cause|steer|output|over-?generali|calculat|issu|exhibit|show)\w*",
    re.IGNORECASE,
)
CONSEQUENCE = re.compile(
    r"\b(?:harm(?!less)\w*|victims?|los[ts]\w*|blocked|unable to|suffer\w*|damage\w*|consequence\w*|"
    r"deprived|legitimate \w+|dangerous|unsafe|unethical|misaligned|risk to|affected|"
    r"spread to|abuse|biased|false(?:ly)?|wrong(?:ly)?|misleading)\b",
    re.IGNORECASE,
)
